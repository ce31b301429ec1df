// What the model is asked and told: few letters, few moments and few numbers, so that rows are often equal, and the letters that
// some layer has a meaning for. Ids are numbers of rows that are there (`resolved`), since nobody knows the real ones beforehand.
import fc from "fast-check";
import { sortFields, type TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import { groupings } from "../../../src/app/api/contract/stats.ts";
import { missingId, type World } from "./world.ts";

const words = ["a", "A", "ab", "aB ", "a%", "a_b!", "É", "é\\", "Ω'; --", "😀", "\uff5e"];
const letters = ["a", "b", "A", "B", " ", "%", "_", "!", "\\", "'", "é", "É", "ω", "😀", "\uff5e"];
const others = ["\n", "\u00a0", '"', ";", "ß", "0", "\u2028", "\ufeff", "e\u0301", "\u{10ffff}"];
const text = (minLength: number, maxLength: number) => fc.string({ unit: fc.constantFrom(...letters, ...others), minLength, maxLength });
const word = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: text(1, 3) });
const piece = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...letters) }, { weight: 1, arbitrary: text(0, 2) });
const named = word.filter((one) => /\S/.test(one));
const status = fc.constantFrom<Status>("pending", "active", "complete", "archived");
const priority = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(-1, 0, 1, 2) },
  { weight: 1, arbitrary: fc.constantFrom(-2_147_483_648, 2_147_483_647) },
);
/** Some of one second of 2001 and of 2999, in several forms; every row of a run is made between them. */
const moment = fc
  .tuple(fc.constantFrom("2001-02-03T04:05:06", "2001-02-03T04:05:07", "2999-12-31T23:59:59"), fc.constantFrom("", ".0", ".000001", ".5"))
  .chain(([second, fraction]) => fc.constantFrom("Z", "z", "+00:00", "+02:00", "-05:30").map((zone) => `${second}${fraction}${zone}`));
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 3 });
const row = fc.nat({ max: 5 });
const project = fc.oneof({ weight: 12, arbitrary: row }, { weight: 1, arbitrary: fc.constant(missingId) });

const optional = {
  description: orNull(fc.oneof(word, fc.constant(""))),
  status,
  priority,
  is_active: fc.boolean(),
  due_date: orNull(moment),
  project_id: orNull(project),
  assigned_to: orNull(word),
};
export const projectName = named;
export const newTask = fc.record({ title: named, ...optional }, { requiredKeys: ["title"] });
export const change = fc.record({ title: named, ...optional }, { requiredKeys: [] }).filter((fields) => Object.keys(fields).length > 0);
/** Which version a write names. */
export const versionNamed = fc.constantFrom("current", "current", "current", "any", "several", "stale", "weak", "none");

const comparing = <T>(of: fc.Arbitrary<T>, operators: readonly string[]) =>
  fc.tuple(fc.constantFrom(...operators), of).map(([name, value]) => ({ [name]: value }));
const choosing = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof(of, comparing(of, ["eq", "ne"]), fc.record({ in: fc.array(of, { minLength: 1, maxLength: 3 }) }));
const ranging = <T>(of: fc.Arbitrary<T>) => fc.oneof(comparing(of, ["gt", "gte", "lt", "lte"]), fc.record({ gte: of, lt: of }));
const texting = comparing(piece, ["contains", "starts_with", "ends_with"]);
const asNull = fc.constantFrom(null, { eq: null }, { ne: null });

const fields = {
  id: fc.oneof(choosing(row), ranging(row)),
  title: fc.oneof(choosing(word), ranging(piece), texting),
  description: fc.oneof(asNull, choosing(word), texting),
  status: choosing(status),
  priority: fc.oneof(choosing(priority), ranging(priority)),
  is_active: fc.oneof(fc.boolean(), comparing(fc.boolean(), ["eq", "ne"])),
  due_date: fc.oneof(asNull, choosing(moment), ranging(moment)),
  project_id: fc.oneof(asNull, choosing(row), ranging(row)),
  assigned_to: fc.oneof(asNull, choosing(word), ranging(piece), texting),
  created_at: ranging(moment),
  updated_at: ranging(moment),
  completed_at: fc.oneof(asNull, ranging(moment)),
};
/** One or several, each with what may be asked of it. */
const someFields = (most: number) =>
  fc
    .uniqueArray(fc.constantFrom(...(Object.keys(fields) as (keyof typeof fields)[])), { minLength: 1, maxLength: most })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fields[name] as fc.Arbitrary<unknown>]))));
const level = (inner: fc.Arbitrary<object>) => {
  const several = fc.array(inner, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: someFields(1) },
    { weight: 1, arbitrary: someFields(2) },
    { weight: 2, arbitrary: fc.record({ or: several }) },
    { weight: 1, arbitrary: fc.tuple(someFields(1), several, several).map(([own, or, and]) => ({ ...own, or, and })) },
  );
};
export const filter = level(level(someFields(2))) as fc.Arbitrary<TaskFilter>;

const someStatuses = fc.uniqueArray(status, { minLength: 1, maxLength: 3 }).map((some) => some.join(","));
const search = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...letters) }, { weight: 1, arbitrary: text(1, 2) });
export const selection = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 8, arbitrary: fc.record({ filter }) },
  { weight: 2, arbitrary: fc.record({ search }) },
  { weight: 1, arbitrary: fc.record({ status: someStatuses }) },
  { weight: 1, arbitrary: fc.record({ project_id: row }) },
  { weight: 2, arbitrary: fc.record({ status: someStatuses, project_id: row, search, filter }, { requiredKeys: [] }) },
);
const sortKey = fc.tuple(fc.boolean(), fc.constantFrom(...sortFields)).map(([isDescending, name]) => `${isDescending ? "-" : ""}${name}`);
export const sort = fc.array(sortKey, { minLength: 1, maxLength: 4 }).map((keys) => keys.join(","));
export const group = fc.uniqueArray(fc.constantFrom(...groupings), { minLength: 1, maxLength: 4 }).map((names) => names.join(","));
const bound = fc.constantFrom(-1, -0.5, 0, 0.333333, 0.5, 1, 1.5, 2, 3, 2_147_483_647, -715_827_882.666667);
const bounds = comparing(bound, ["eq", "gt", "gte", "lt", "lte"]);
export const having = fc.record({ count: bounds, sum: bounds, avg: bounds, min: bounds, max: bounds }, { requiredKeys: [] });

/** `value` with the numbers of rows below `id` and `project_id` replaced by the ids of rows that are there. */
export function resolved<T>(world: World, value: T): T {
  return replaced(world, value, undefined) as T;
}

function replaced(world: World, value: unknown, of: "tasks" | "projects" | undefined): unknown {
  if (typeof value === "number") return of === undefined ? value : idAt(world, of, value);
  if (Array.isArray(value)) return value.map((one) => replaced(world, one, of));
  if (typeof value !== "object" || value === null) return value;
  const below = (name: string) => (name === "id" ? "tasks" : name === "project_id" ? "projects" : name === "and" || name === "or" ? undefined : of);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replaced(world, inner, below(name))]));
}

function idAt(world: World, of: "tasks" | "projects", index: number): number {
  const ids = [...world[of].keys()];
  return index === missingId || ids.length === 0 ? missingId : (ids[index % ids.length] as number);
}
