// Which migrations a house's database has had. Where that record is in another database than the tables it goes with the manifest,
// since a house that comes back without it would migrate what is migrated already.
import type { Session } from "../../drivers/driver.ts";
import type { Engine } from "../../engines/engine.ts";
import { isProblem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import { createStepsTable } from "../stack/migrate.ts";
import type { Manifest } from "./manifest.ts";

type MigrationRow = NonNullable<Manifest["migrations"]>[number];

/** Undefined where there is none. */
export async function readMigrationRecord(session: Session, engine: Engine, database: string): Promise<MigrationRow[] | undefined> {
  const table = sql.id(...engine.access.stepsTable(database));
  try {
    return [...(await session.all<MigrationRow>(sql`select version, name, checksum, step, steps, state from ${table} order by version`))];
  } catch (thrown) {
    if (isProblem(thrown, "RH-SQL-002", "RH-CONN-005")) return undefined;
    throw thrown;
  }
}

/** Writes the record where it is missing. `session` is the administrator's, in the restored database. */
export async function putMigrationRecord(session: Session, engine: Engine, { database, migrations }: Manifest): Promise<void> {
  if (migrations === undefined || (await readMigrationRecord(session, engine, database.name)) !== undefined) return;
  const table = engine.access.stepsTable(database.name);
  await session.run(createStepsTable(table));
  for (const { version, name, checksum, step, steps, state } of migrations)
    await session.run(sql`
      insert into ${sql.id(...table)} (version, name, checksum, step, steps, state)
      values (${version}, ${name}, ${checksum}, ${step}, ${steps}, ${state})`);
}
