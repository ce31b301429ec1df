// Files into the application and out of it, and a database without anything in it.
import type { Session } from "../../../src/drivers/driver.ts";
import { sql } from "../../../src/foundation/sql.ts";
import type { Application } from "../application.ts";

const types = { csv: "text/csv", json: "application/json", ndjson: "application/x-ndjson" } as const;
export type Format = keyof typeof types;
export const formats = Object.keys(types) as Format[];

export function importInto(application: Application, format: Format, payload: string, query = "") {
  return application.inject({ method: "POST", url: `/api/tasks/import?${query}`, headers: { "content-type": types[format] }, payload });
}

export async function exportOf(application: Application, format: Format): Promise<string> {
  return (await application.ask("GET", `/api/tasks/export?format=${format}`)).body;
}

export async function empty(session: Session): Promise<void> {
  for (const table of ["tasks", "projects", "events"]) await session.run(sql`delete from ${sql.id(table)}`);
}
