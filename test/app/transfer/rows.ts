// Many tasks, made by the server itself: every column filled now and then, so that nothing is the same in all rows.
import type { Session } from "../../../src/drivers/driver.ts";
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import type { EngineName } from "../../../src/app/store/stores.ts";

export interface ManyRows {
  readonly rows: number;
  readonly projects: number;
  /** Characters of each description, about 40 unless given. */
  readonly descriptionLength?: number;
}

const numbers: Readonly<Record<EngineName, (count: number) => Sql>> = {
  postgres: (count) => sql`generate_series(1, ${count}::integer) as numbers (n)`,
  mariadb: (count) => sql`(select cast(seq as signed) as n from seq_1_to_10000000 where seq <= ${count}) as numbers`,
};
const after: Readonly<Record<EngineName, (seconds: Sql) => Sql>> = {
  postgres: (seconds) => sql`timestamptz '2026-01-01 00:00:00.000001+00' + (${seconds}) * interval '1 second'`,
  mariadb: (seconds) => sql`timestampadd(second, ${seconds}, '2026-01-01 00:00:00.000001')`,
};

/** In an empty database; tasks have the ids 1 to `rows`, projects 1 to `projects`. */
export async function addRows(session: Session, engine: EngineName, { rows, projects, descriptionLength = 40 }: ManyRows): Promise<void> {
  const at = after[engine];
  await session.run(sql`insert into projects (name) select concat('Project ', n) from ${numbers[engine](projects)} order by n`);
  await session.run(sql`
    insert into tasks (title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version)
    select
      concat(case when mod(n, 50) = 0 then '=1+' else 'Task ' end, n, case when mod(n, 40) = 0 then ', "so" 字' else '' end),
      case mod(n, 5) when 0 then null when 1 then '' else concat(n, ' a line\nand ', repeat('x', ${descriptionLength})) end,
      case mod(n, 4) when 0 then 'complete' when 1 then 'pending' when 2 then 'active' else 'archived' end,
      mod(n, 7) - 3,
      mod(n, 3) <> 0,
      case when mod(n, 2) = 0 then ${at(sql`n`)} end,
      ${at(sql`mod(n, 1000)`)},
      case when mod(n, 6) > 0 then mod(n, ${projects}) + 1 end,
      case when mod(n, 3) = 0 then concat('@user', mod(n, 17)) end,
      ${at(sql`n + 10`)},
      case when mod(n, 4) = 0 then ${at(sql`n + 5`)} end,
      mod(n, 9) + 1
    from ${numbers[engine](rows)}
    order by n`);
}
