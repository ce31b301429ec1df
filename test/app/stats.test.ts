// Statistics: the same digits on both engines as arithmetic gives and as the engine's own SQL does; groups that HAVING keeps by
// exact bounds; NULL as a group of its own, last. And what is refused.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stats, StatsGroup } from "../../src/app/api/contract/stats.ts";
import type { NewTask } from "../../src/app/api/contract/tasks.ts";
import type { EngineName } from "../../src/app/store/stores.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { figures } from "../support/model/reading.ts";
import { type Application, startApplication } from "./application.ts";
import { injectionStrings, sleeps } from "./odd.ts";
import { type Query, tasksAt } from "./queries.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const statuses = ["pending", "active", "complete", "archived"] as const;
/** Sums and averages that do not come out even, ties at the seventh decimal, and the ends of the range. */
const rows: readonly NewTask[] = Array.from({ length: 120 }, (_, index) => ({
  title: `task ${index}`,
  status: statuses[index % 4] as NewTask["status"],
  priority: index < 4 ? 2_147_483_647 : index < 8 ? -2_147_483_648 : ((index * 7_919) % 23) - 11,
  assigned_to: index % 5 === 0 ? null : (["Zoë", "ann", "Ann", "é"][index % 4] as string),
}));

/** AVG as each engine has to be asked for it to round it to six decimals. */
const averages: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`round(avg(coalesce(priority, 0)), 6)`,
  mariadb: sql`round(avg(cast(coalesce(priority, 0) as decimal(40, 20))), 6)`,
};

describe.each(engines)("statistics on %s", (engine) => {
  let database: Database;
  let application: Application;
  let projects: readonly number[] = [];
  const get = (query: Query) => application.ask("GET", tasksAt(query, "/api/tasks/stats"));
  const groups = async (query: Query): Promise<readonly StatsGroup[]> => {
    const answer = await get(query);
    expect([answer.statusCode, answer.statusCode === 200 ? "" : answer.body]).toStrictEqual([200, ""]);
    return (answer.json() as Stats).groups;
  };
  const add = async (task: NewTask) => expect((await application.ask("POST", "/api/tasks", task)).statusCode).toBe(201);
  const addProject = async (name: string): Promise<number> => (await application.ask("POST", "/api/projects", { name })).json().project.id;

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    const [web, api] = [await addProject("Web Redesign"), await addProject("API Launch")];
    await addProject("Documentation");
    projects = [web, api];
    for (const [index, task] of rows.entries()) await add({ ...task, project_id: [web, api, null][index % 3] ?? null });
    await using session = await database.admin();
    await session.run(sql`insert into tasks (title, status, priority) values ('by hand', 'archived', null)`);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("by status: every figure as arithmetic gives it, in the order of the text", async () => {
    const expected = ["active", "archived", "complete", "pending"].map((status) => {
      const priorities = rows.filter((row) => row.status === status).map((row) => row.priority ?? 0);
      return { status, ...figures(status === "archived" ? [...priorities, 0] : priorities) };
    });
    expect(await groups({ group: "status" })).toStrictEqual(expected);
    expect(expected.map(({ count }) => count)).toStrictEqual([30, 31, 30, 30]);
  });

  test("as the engine's own SQL says, to six decimals", async () => {
    await using session = await database.admin();
    const own = await session.all<Readonly<Record<string, unknown>>>(sql`
      select status, priority, count(*) as count, sum(coalesce(priority, 0)) as sum, ${averages[engine]} as avg, min(priority) as min, max(priority) as max
      from tasks
      where project_id is not null
      group by status, priority
      order by status, priority`);
    const shown = await groups({ group: "status,priority", filter: { project_id: { ne: null } } });
    expect(shown).toStrictEqual(own.map((row) => ({ ...row, sum: Number(row["sum"]), avg: Number(row["avg"]) })));
    expect(shown.length).toBeGreaterThan(40);
  });

  test("by project: the project's row, and what has none last", async () => {
    const shown = await groups({ group: "project" });
    expect(shown.map(({ project, count }) => [project, count])).toStrictEqual([
      [{ id: projects[0], name: "Web Redesign" }, 40],
      [{ id: projects[1], name: "API Launch" }, 40],
      [null, 41],
    ]);
  });

  test("by assignee: by code point, NULL last", async () => {
    expect((await groups({ group: "assignee" })).map(({ assignee }) => assignee)).toStrictEqual(["Ann", "Zoë", "ann", "é", null]);
  });

  test("by several, in the order in which they are named; one that is named twice counts once", async () => {
    const shown = await groups({ group: "assignee,project" });
    expect(shown.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length + 1);
    expect(shown).toHaveLength(15);
    expect(Object.keys(shown[0] as StatsGroup).sort()).toStrictEqual(["assignee", "avg", "count", "max", "min", "project", "sum"]);
    expect(shown.map(({ assignee, project }) => `${assignee} ${project?.name}`).slice(0, 3)).toStrictEqual([
      "Ann Web Redesign",
      "Ann API Launch",
      "Ann undefined",
    ]);
    expect(await groups({ group: "assignee,project" })).toStrictEqual(shown);
  });

  test("of what is selected only, and of nothing there is no group", async () => {
    const selection = { status: "active,pending", project_id: projects[0], search: "TASK", filter: { priority: { gte: 0 } } };
    const kept = rows.filter((row, index) => index % 3 === 0 && ["active", "pending"].includes(row.status as string) && (row.priority ?? 0) >= 0);
    expect(await groups({ group: "project", ...selection })).toStrictEqual([
      { project: { id: projects[0], name: "Web Redesign" }, ...figures(kept.map((row) => row.priority ?? 0)) },
    ]);
    expect(await groups({ group: "status", filter: { title: "nobody" } })).toStrictEqual([]);
  });

  test("averages are rounded half away from zero at the sixth decimal", async () => {
    const shown: (number | undefined)[] = [];
    for (const [name, priorities] of [
      ["a third", [1, 0, 0]],
      ["minus two thirds", [-1, -1, 0]],
      ["even", [3, 4]],
      ["nothing", [-1, 1]],
      ["a tie upwards", [1, ...Array.from({ length: 63 }, () => 0)]],
      ["a tie downwards", [-1, ...Array.from({ length: 63 }, () => 0)]],
      ["almost nothing below", [-1, ...Array.from({ length: 127 }, () => 0)]],
    ] as const) {
      const values = priorities.map((priority) => sql`(${name}, ${priority})`);
      await using session = await database.admin();
      await session.run(sql`insert into tasks (title, priority) values ${sql.join(values, ", ")}`);
      shown.push((await groups({ group: "status", filter: { title: name } }))[0]?.avg);
      await session.run(sql`delete from tasks where title = ${name}`);
    }
    // 1/64 is 0.015625 and 1/128 is 0.0078125, the first exact and the second a tie
    expect(shown).toStrictEqual([0.333333, -0.666667, 3.5, 0, 0.015625, -0.015625, -0.007813]);
  });

  test.each<readonly [string, Query, (group: StatsGroup) => boolean]>([
    ["a count", { count: { gte: 6 } }, ({ count }) => count >= 6],
    ["a count between", { count: { gt: 4, lt: 6.5 } }, ({ count }) => count > 4 && count < 6.5],
    ["a sum", { sum: { eq: 0 } }, ({ sum }) => sum === 0],
    ["a sum beyond 32 bits", { sum: { gt: 2147483648.5 } }, ({ sum }) => sum > 2147483648.5],
    ["an average, exactly", { avg: { gte: 2.5 } }, ({ sum, count }) => sum * 2 >= count * 5],
    ["an average on its bound", { avg: { lte: 0.2 } }, ({ sum, count }) => sum * 5 <= count],
    ["the smallest and the largest", { min: { lt: -5 }, max: { lte: 10 } }, ({ min, max }) => min < -5 && max <= 10],
    ["nothing", { count: { lt: 1 } }, () => false],
  ])("HAVING keeps groups by %s", async (_what, having, keeps) => {
    const all = await groups({ group: "assignee,status,project" });
    expect(await groups({ group: "assignee,status,project", having })).toStrictEqual(all.filter(keeps));
  });

  test("an average is compared as it is, not as it is shown", async () => {
    await using session = await database.admin();
    await session.run(sql`insert into tasks (title, priority) values ('third', 1), ('third', 0), ('third', 0)`);
    const third = { group: "status", filter: { title: "third" } };
    const bounds = ["eq", "gt", "gte", "lt", "lte"];
    const kept = async (bound: number) => {
      const shown = await Promise.all(bounds.map((operator) => groups({ ...third, having: { avg: { [operator]: bound } } })));
      return bounds.filter((_operator, index) => shown[index]?.length === 1);
    };
    expect(await kept(0.333333)).toStrictEqual(["gt", "gte"]);
    expect(await kept(0.333334)).toStrictEqual(["lt", "lte"]);
    await session.run(sql`insert into tasks (title, priority) values ('third', 1)`);
    expect(await kept(0.5)).toStrictEqual(["eq", "gte", "lte"]);
    await session.run(sql`delete from tasks where title = 'third'`);
  });

  test.each<readonly [Query, string]>([
    [{}, "group"],
    [{ group: "" }, "group"],
    [{ group: "colour" }, "group"],
    [{ group: "status,status,status,status,status" }, "group"],
    [{ group: "status,status" }, "group"],
    [{ group: "status,project,status" }, "group"],
    [{ group: "status", having: {} }, "having"],
    [{ group: "status", having: "{" }, "having"],
    [{ group: "status", having: { count: 1 } }, "having.count"],
    [{ group: "status", having: { count: { gte: "1" } } }, "having.count.gte"],
    [{ group: "status", having: { median: { gte: 1 } } }, "having.median"],
    [{ group: "status", having: { avg: { ne: 1 } } }, "having.avg.ne"],
    [{ group: "status", having: { avg: { gte: 0.0000001 } } }, "having.avg.gte"],
    [{ group: "status", having: { avg: { gte: 1.1234567 } } }, "having.avg.gte"],
    [{ group: "status", having: { sum: { gte: 1e13 } } }, "having.sum.gte"],
    [{ group: "status", having: '{"sum":{"gte":1e309}}' }, "having.sum.gte"],
    [{ group: "status", having: '{"__proto__":{"gte":1}}' }, "having.__proto__"],
    [{ group: "status", filter: { due_date: "2026-02-30T00:00:00Z" } }, "filter.due_date"],
    [{ group: "status", limit: 10 }, "limit"],
  ])("%o is refused on %s", async (query, field) => {
    const answer = await get(query);
    expect([answer.statusCode, answer.json().code, answer.json().field]).toStrictEqual([400, "RH-API-001", field]);
  });

  test("bounds with decimals that no binary fraction holds are taken as they are written", async () => {
    for (const bound of [0.07, 1.1, 0.000001, 123456.789, -999999999999.5])
      expect(await groups({ group: "status", having: { avg: { eq: bound } } })).toStrictEqual([]);
  });

  test("120 injections in every parameter are refused (SEC-8)", async () => {
    const odd: string[] = [];
    for (const text of [...injectionStrings, ...sleeps])
      for (const query of [
        { group: text },
        { group: `status,${text}` },
        { having: text },
        { having: { [text]: { eq: 1 } } },
        { having: { avg: { [text]: 1 } } },
      ]) {
        const answer = await get({ group: "status", ...query });
        if (answer.statusCode !== 400) odd.push(`${answer.statusCode} ${JSON.stringify(query)}`);
      }
    expect(odd).toStrictEqual([]);
  });

  test("10,000 groups are an answer, one more is refused", async () => {
    await using session = await database.admin();
    const insert = async (from: number, to: number) => {
      const values = Array.from({ length: to - from }, (_, index) => sql`('group', ${from + index})`);
      await session.run(sql`insert into tasks (title, priority) values ${sql.join(values, ", ")}`);
    };
    await insert(0, 5_000);
    await insert(5_000, 10_000);
    expect(await groups({ group: "priority", filter: { title: "group" } })).toHaveLength(10_000);
    await insert(10_000, 10_001);
    const answer = await get({ group: "priority", filter: { title: "group" } });
    expect([answer.statusCode, answer.json().field, answer.json().detail]).toStrictEqual([400, "group", "group makes more than 10000 groups"]);
    expect(await groups({ group: "priority", filter: { title: "group" }, having: { min: { gte: 10_000 } } })).toHaveLength(1);
    await session.run(sql`delete from tasks where title = 'group'`);
  });

  test("the chapter's data gives the chapter's answers (F5, G3)", async () => {
    await using session = await database.admin();
    await session.run(sql`delete from tasks`);
    const [web, api] = projects as readonly [number, number];
    await add({ title: "Install PostgreSQL", status: "complete", project_id: web });
    await add({ title: "Configure pg_hba.conf", priority: 2, project_id: web });
    await add({ title: "Set up backups", project_id: api });
    await add({ title: "Create app user", status: "active", project_id: api });
    await add({ title: "Write API endpoints", status: "active" });
    expect(await groups({ group: "status" })).toStrictEqual([
      { status: "active", count: 2, sum: 0, avg: 0, min: 0, max: 0 },
      { status: "complete", count: 1, sum: 0, avg: 0, min: 0, max: 0 },
      { status: "pending", count: 2, sum: 2, avg: 1, min: 0, max: 2 },
    ]);
    expect((await groups({ group: "status", having: { count: { gt: 1 } } })).map(({ status }) => status)).toStrictEqual(["active", "pending"]);
    expect((await groups({ group: "project" })).map(({ project, count }) => [project?.name ?? null, count])).toStrictEqual([
      ["Web Redesign", 2],
      ["API Launch", 2],
      [null, 1],
    ]);
  });
});
