// Lists: their order over several columns with NULLs last, their pages by place and by number while rows come and go, the joined
// project, the chapter's own answers. And places that are none.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskList } from "../../src/app/api/contract/list.ts";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import { sql } from "../../src/foundation/sql.ts";
import { type Application, startApplication } from "./application.ts";
import { injectionStrings, sleeps } from "./odd.ts";
import { compare, type Query, sealed, tasksAt } from "./queries.ts";
import { type Database, engines, startDatabase } from "./support.ts";

/** Rows that are equal in some columns, differ in others, and are NULL in the rest. */
const rows: readonly NewTask[] = [
  { title: "a", priority: 2, status: "active", due_date: "2026-01-02T00:00:00Z", assigned_to: "é" },
  { title: "B", priority: 2, status: "active", due_date: "2026-01-01T00:00:00Z", assigned_to: "e" },
  { title: "c", priority: 2, status: "active" },
  { title: "a ", priority: 1, status: "pending", due_date: "2026-01-01T00:00:00.000001Z", assigned_to: "Z" },
  { title: "a", priority: -1, status: "complete", assigned_to: "e" },
  { title: "😀", priority: 2, status: "pending", due_date: "2026-01-01T00:00:00Z" },
  { title: "\uff5e", priority: 0, status: "archived" },
  { title: "c", priority: 1, status: "complete", due_date: "2026-01-01T00:00:00Z", assigned_to: "e" },
];
const columns = ["id", "title", "status", "priority", "due_date", "project_id", "assigned_to", "created_at", "updated_at", "completed_at"] as const;
const sorts = [...columns, ...columns.map((column) => `-${column}`), "-priority,due_date", "status,-title,priority", "-assigned_to,-due_date,title"];

describe.each(engines)("lists on %s", (engine) => {
  let database: Database;
  let application: Application;
  let project = 0;
  const get = (query: Query) => application.ask("GET", tasksAt(query));
  const list = async (query: Query): Promise<TaskList> => {
    const answer = await get(query);
    expect([answer.statusCode, answer.statusCode === 200 ? "" : answer.body]).toStrictEqual([200, ""]);
    return answer.json();
  };
  const add = async (task: NewTask): Promise<Task> => (await application.ask("POST", "/api/tasks", task)).json().task;
  const addProject = async (name: string): Promise<number> => (await application.ask("POST", "/api/projects", { name })).json().project.id;
  const pages = async (query: Query, between: (page: number) => Promise<void> = async () => undefined) => {
    const seen: Task[] = [];
    let place: string | null | undefined;
    for (let page = 0; place !== null; page++) {
      const { tasks, next }: TaskList = await list({ ...query, ...(place === undefined ? {} : { after: place }) });
      seen.push(...tasks);
      place = next;
      await between(page);
    }
    return seen;
  };

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    project = await addProject("ordered");
    for (const [index, task] of rows.entries()) await add({ ...task, project_id: index === 3 ? null : project });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test.each(sorts)("sort by %s: each row behind the one before, NULLs last, the same in pages of one, two and three", async (sort) => {
    const { tasks, next } = await list({ sort });
    expect([tasks.length, next]).toStrictEqual([rows.length, null]);
    for (const [index, task] of tasks.entries()) if (index > 0) expect(compare(tasks[index - 1] as Task, task, sort)).toBe(-1);
    for (const limit of [1, 2, 3, rows.length]) expect(await pages({ sort, limit })).toStrictEqual(tasks);
  });

  test("a column that is named again, and columns behind id, change nothing", async () => {
    const { tasks } = await list({ sort: "-priority" });
    for (const sort of ["-priority,priority", "-priority,id,title", "-priority,-priority,id"])
      expect((await list({ sort })).tasks).toStrictEqual(tasks);
    const { next } = await list({ sort: "-priority,priority", limit: 2 });
    expect((await list({ sort: "-priority", after: next })).tasks).toStrictEqual(tasks.slice(2));
  });

  test("an order by a column that the filter frees of NULL is the same as without it", async () => {
    const dated = { filter: { due_date: { gte: "2026-01-01T00:00:00Z" } } };
    for (const sort of ["due_date", "-due_date,title"]) {
      const { tasks } = await list({ sort });
      const expected = tasks.filter((task) => task.due_date !== null);
      expect(await pages({ ...dated, sort, limit: 2 })).toStrictEqual(expected);
      const { next } = await list({ sort, limit: rows.length - 1 });
      expect((await list({ ...dated, sort, after: next })).tasks).toStrictEqual([]);
    }
  });

  test("pages by number: the same rows, and none behind the last", async () => {
    const { tasks } = await list({ sort: "-title" });
    for (let offset = 0; offset <= rows.length; offset += 3) {
      const page = await list({ sort: "-title", limit: 3, offset, count: "exact" });
      expect(page.tasks).toStrictEqual(tasks.slice(offset, offset + 3));
      expect(page.total).toBe(rows.length);
      if (page.next !== null) expect((await list({ sort: "-title", after: page.next })).tasks).toStrictEqual(tasks.slice(offset + 3));
    }
    expect(await list({ offset: 1_000_000 })).toStrictEqual({ tasks: [], next: null });
    expect((await list({ limit: 1, filter: { title: "nobody" }, count: "exact" })).total).toBe(0);
  });

  test("a place and a number together are refused on after", async () => {
    const { next } = await list({ limit: 1 });
    const answer = await get({ after: next, offset: 0 });
    expect([answer.statusCode, answer.json().field, answer.json().detail]).toStrictEqual([400, "after", "after does not go with offset"]);
  });

  test("a place of another order, a cut one, a changed one, and what is no place at all are refused on after", async () => {
    const { next } = await list({ sort: "-priority,due_date", limit: 3 });
    const place = next as string;
    const refused: Query[] = ["priority,due_date", "-priority", "id", "due_date,-priority"].map((sort) => ({ sort, after: place }));
    for (let index = 0; index < place.length; index += 3) {
      const letter = place[index] === "x" ? "y" : "x";
      refused.push({ sort: "-priority,due_date", after: `${place.slice(0, index)}${letter}${place.slice(index + 1)}` });
      if (index > 0) refused.push({ sort: "-priority,due_date", after: place.slice(0, index) });
    }
    const forged = [
      "",
      "null",
      "{}",
      '"id"',
      "[]",
      '["id"]',
      '["id",null]',
      '["id","1"]',
      '["id",1.5]',
      '["id",9007199254740993]',
      '["id",1,2]',
      '["id",[1]]',
      '["id",{}]',
      '[["id",1],2]',
      "[",
      '["__proto__",1]',
      '["id; drop table tasks",1]',
    ];
    for (const text of [...forged, ...injectionStrings]) refused.push({ after: sealed(text) });
    for (const value of ["2026-02-30T00:00:00.000000Z", "now", "2026-01-01 00:00:00", "2026-01-01T00:00:00Z", 1, true, "' or 1=1"])
      refused.push({ sort: "due_date", after: sealed(JSON.stringify(["due_date,id", value, 1])) });
    for (const value of ["a\0", 1, null, ["a"]]) refused.push({ sort: "title", after: sealed(JSON.stringify(["title,id", value, 1])) });
    for (const text of ["0", "1", "AAAA", "x".repeat(4_000), "x".repeat(4_001), "a b", "é", "../../x", "%00"]) refused.push({ after: text });
    const odd: string[] = [];
    for (const query of refused) {
      const answer = await get(query);
      if (answer.statusCode !== 400 || answer.json().field !== "after") odd.push(`${JSON.stringify(query)} ${answer.statusCode} ${answer.body}`);
    }
    expect(odd).toStrictEqual([]);
    expect((await list({ after: sealed('["id",0]'), limit: 1 })).tasks).toStrictEqual((await list({ limit: 1 })).tasks);
  });

  test("the project of each task in the same answer, null where there is none; the rest as without it", async () => {
    const { tasks } = await list({ include: "project", sort: "-title,project_id" });
    const plain = await list({ sort: "-title,project_id" });
    expect(tasks.map(({ project: _joined, ...task }) => task)).toStrictEqual(plain.tasks);
    for (const task of tasks) expect(task.project).toStrictEqual(task.project_id === null ? null : { id: project, name: "ordered" });
    expect(plain.tasks.every((task) => !("project" in task))).toBe(true);
    expect(await pages({ include: "project", sort: "-title,project_id", limit: 2 })).toStrictEqual(tasks);
    expect((await list({ include: "project", project_id: project, filter: { title: "c" }, count: "exact" })).total).toBe(2);
  });

  test.each([
    ["limit", "1000000000"],
    ["limit", "1001"],
    ["offset", "1000001"],
    ["offset", "-1"],
    ["sort", "colour"],
    ["sort", "+id"],
    ["sort", "id,"],
    ["sort", "description"],
    ["sort", `${"-priority,".repeat(5)}id`],
    ["sort", `${"-".repeat(2_000)}id`],
    ["status", `pending${",pending".repeat(5_000)}`],
    ["status", "pending,"],
    ["include", "tasks"],
    ["count", "about"],
    ["search", ""],
    ["search", "x".repeat(201)],
    ["search", "a\0"],
    ["after", "a".repeat(100_000)],
    ["project_id", "0"],
    ["colour", "1"],
  ])("%s=%.40s is refused by its name (SEC-19)", async (name, value) => {
    const answer = await get({ [name]: value });
    expect([answer.statusCode, answer.json().field]).toStrictEqual([400, name]);
    expect(answer.json().detail.length).toBeLessThan(300);
  });

  test("a sort that is none is told which there are", async () => {
    expect((await get({ sort: "colour" })).json().detail).toBe(
      `sort must be up to five columns joined by commas, - before one for the descending order: ${columns.join(", ")}`,
    );
    expect((await get({ include: "tasks" })).json().detail).toBe("include must be project");
  });

  test.each(["id", "-id", "-priority,title", "assigned_to,-priority", "-due_date", "updated_at"])(
    "pages by %s while rows come, go and move: each row that stayed as it was is seen exactly once",
    async (sort) => {
      const own = await addProject(`paged by ${sort}`);
      const spread = (index: number): NewTask => ({
        title: `t${index % 7}`,
        priority: index % 4,
        project_id: own,
        assigned_to: index % 3 === 0 ? null : `p${index % 5}`,
        due_date: index % 2 === 0 ? null : `2026-01-${String(1 + (index % 9)).padStart(2, "0")}T00:00:00Z`,
      });
      const made: Task[] = [];
      for (let index = 0; index < 60; index++) made.push(await add(spread(index)));
      const doomed = made.filter(({ id }) => id % 5 === 0);
      const moved = made.filter(({ id }) => id % 5 === 1);
      const stayed = made.filter(({ id }) => id % 5 > 1);
      const seen = await pages({ sort, limit: 7, project_id: own }, async (page) => {
        const change = (task: Task | undefined) =>
          task && application.ask("PATCH", `/api/tasks/${task.id}`, { priority: 9 - page, title: `moved ${page}` }, { "if-match": "*" });
        const removal = (task: Task | undefined) => task && application.ask("DELETE", `/api/tasks/${task.id}`);
        await Promise.all([add(spread(page)), add(spread(page + 3)), change(moved.pop()), removal(doomed.pop()), removal(doomed.shift())]);
      });
      const times = (id: number) => seen.filter((task) => task.id === id).length;
      expect(stayed.filter(({ id }) => times(id) !== 1)).toStrictEqual([]);
      for (const [index, task] of seen.entries()) if (index > 0) expect(compare(seen[index - 1] as Task, task, sort)).toBe(-1);
    },
  );

  test("120 injections in every parameter are refused or do nothing (SEC-8)", async () => {
    const before = (await list({ count: "exact", limit: 1 })).total;
    const attacks = [...injectionStrings, ...sleeps];
    expect(attacks.length).toBeGreaterThanOrEqual(120);
    const odd: string[] = [];
    for (const text of attacks) {
      const fixed: Query[] = [{ status: text }, { project_id: text }, { sort: text }, { sort: `id,${text}` }, { limit: text }, { offset: text }];
      const also: Query[] = [{ after: text }, { include: text }, { count: text }, { filter: text }, { [text]: "1" }, { filter: { [text]: 1 } }];
      const deep: Query[] = [{ filter: { title: { [text]: "a" } } }, { filter: { or: [{ status: text }] } }, { filter: { due_date: { lt: text } } }];
      for (const query of [...fixed, ...also, ...deep]) {
        const answer = await get(query);
        if (answer.statusCode !== 400) odd.push(`${answer.statusCode} ${JSON.stringify(query)}`);
      }
      for (const query of [
        { search: text },
        { filter: { assigned_to: text } },
        { filter: { title: { contains: text }, assigned_to: { in: [text] } } },
      ]) {
        const answer = await get({ ...query, project_id: project });
        if (answer.statusCode !== 200 || answer.json().tasks.length > 0) odd.push(`${answer.statusCode} ${JSON.stringify(query)}`);
      }
    }
    expect(odd).toStrictEqual([]);
    expect((await list({ count: "exact", limit: 1 })).total).toBe(before);
    expect(application.log.filter((line) => JSON.parse(line).status >= 500)).toStrictEqual([]);
  });

  test("the chapter's data gives the chapter's answers (F3, F4, G2, G3)", async () => {
    await using empty = await database.admin();
    for (const table of ["tasks", "projects"]) await empty.run(sql`delete from ${sql.id(table)}`);
    const [web, api, docs] = [await addProject("Web Redesign"), await addProject("API Launch"), await addProject("Documentation")];
    const chapter: readonly NewTask[] = [
      { title: "Install PostgreSQL", status: "complete", project_id: web },
      { title: "Configure pg_hba.conf", priority: 2, project_id: web, description: "Allow remote connections from app server" },
      { title: "Set up backups", project_id: api },
      { title: "Create app user", status: "active", project_id: api },
      { title: "Write API endpoints", status: "active" },
    ];
    for (const task of chapter) await add(task);
    const titles = async (query: Query) => (await list(query)).tasks.map(({ title }) => title);
    const joined = (await list({ include: "project" })).tasks.map((task) => [task.title, task.project?.name ?? null]);
    const inner = [
      ["Install PostgreSQL", "Web Redesign"],
      ["Configure pg_hba.conf", "Web Redesign"],
      ["Set up backups", "API Launch"],
      ["Create app user", "API Launch"],
    ];
    expect(joined).toStrictEqual([...inner, ["Write API endpoints", null]]);
    const withProject = (await list({ include: "project", filter: { project_id: { ne: null } } })).tasks;
    expect(withProject.map((task) => [task.title, task.project?.name])).toStrictEqual(inner);
    const { projects } = (await application.ask("GET", "/api/projects")).json() as { projects: { id: number; task_count: number }[] };
    expect(projects.map(({ id, task_count }) => [id, task_count])).toStrictEqual([
      [web, 2],
      [api, 2],
      [docs, 0],
    ]);
    expect(await titles({ filter: { title: { contains: "API" } } })).toStrictEqual(["Write API endpoints"]);
    expect(await titles({ filter: { title: { contains: "pg_hba" } } })).toStrictEqual(["Configure pg_hba.conf"]);
    expect(await titles({ filter: { description: null, or: [{ status: "active" }, { priority: { gt: 1 } }] }, sort: "-title" })).toStrictEqual([
      "Write API endpoints",
      "Create app user",
    ]);
    expect(await titles({ sort: "-priority,title", limit: 2, offset: 1 })).toStrictEqual(["Create app user", "Install PostgreSQL"]);
  });
});
