// What Chinook has not: views of views, a routine, triggers in an order, a free sequence, on MariaDB an event, on PostgreSQL roles,
// rights and settings of the database itself. Enough that a copy which lost one of them differs.
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import type { ChinookServer } from "./chinook.ts";

const extras: Record<EngineName, (database: string) => readonly Sql[]> = {
  postgres: (database) => [
    sql`create role shopper`,
    sql`create role boss login`,
    sql`alter database ${sql.id(database)} owner to boss`,
    sql`grant connect on database ${sql.id(database)} to shopper`,
    sql`revoke connect on database ${sql.id(database)} from public`,
    sql`alter database ${sql.id(database)} set search_path = "$user", public`,
    sql`alter role boss in database ${sql.id(database)} set statement_timeout = '5s'`,
    sql`alter database ${sql.id(database)} connection limit 17`,
    sql`comment on database ${sql.id(database)} is ${sql.literal("it's a shop")}`,
    sql`create view z_albums as select album_id, title from album`,
    sql`create view a_albums as select * from z_albums`,
    sql`create function noted() returns trigger language plpgsql as ${sql.literal("begin new.name := new.name || '!'; return new; end")}`,
    sql`create trigger genre_noted before insert on genre for each row execute function noted()`,
    sql`create sequence tickets start with 7 increment by 3`,
    sql`create schema stock`,
    sql`create table stock.item (id int generated always as identity primary key, name text not null)`,
    sql`insert into stock.item (name) values ('one'), ('two')`,
  ],
  mariadb: (database) => [
    sql`create view z_albums as select AlbumId, Title from Album`,
    sql`create view a_albums as select * from z_albums`,
    sql`create procedure note(in t varchar(20)) insert into Genre (Name) values (t)`,
    sql`create trigger genre_noted before insert on Genre for each row set new.Name = concat(new.Name, '!')`,
    sql`create trigger genre_shouted before insert on Genre for each row follows genre_noted set new.Name = upper(new.Name)`,
    sql`create user clerks_boss@'%' identified by 'x'`,
    sql`grant select, execute on ${sql.id(database)}.* to clerks_boss@'%'`,
    sql`create definer = clerks_boss@'%' view b_albums as select * from z_albums`,
    sql`create view c_albums as select * from b_albums`,
    sql`create event tidy on schedule every 1 day do delete from Genre where Name = 'nothing'`,
    sql`create sequence tickets start with 7 increment by 3`,
  ],
};

export async function addExtras(chinook: ChinookServer, engine: EngineName): Promise<void> {
  await using session = await chinook.session();
  for (const statement of extras[engine](chinook.database)) await session.run(statement);
}
