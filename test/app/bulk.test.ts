// Many writes in one transaction: in order, all or none, filters only for as many rows as the caller has seen (INV-10), and side by
// side without a deadlock that anybody hears of. The same on both engines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BulkOperation, BulkResult } from "../../src/app/api/contract/bulk.ts";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import { sql } from "../../src/foundation/sql.ts";
import { type Application, startApplication } from "./application.ts";
import { clientOf, directly, refusal } from "./bulk-support.ts";
import { type Database, engines, startDatabase } from "./support.ts";

describe.each(engines)("a bulk write on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const { bulk, add, addProject } = clientOf(ask);
  const results = async (operations: readonly BulkOperation[]): Promise<readonly BulkResult[]> => {
    const answer = await bulk(operations);
    expect([answer.statusCode, answer.json().detail]).toStrictEqual([200, undefined]);
    return answer.json().results;
  };
  const addMany = async (tasks: readonly NewTask[]): Promise<readonly Task[]> =>
    (await results(tasks.map((task) => ({ op: "create", task })))).map(({ task }) => task as Task);
  const read = async (id: number): Promise<Task> => (await ask("GET", `/api/tasks/${id}`)).json().task;
  const events = async (requestId: string) => {
    const rows = await directly(database, (session) =>
      session.all<{ kind: string; entity_id: number; data: string | object }>(
        sql`select kind, entity_id, data from events where request_id = ${requestId} order by id`,
      ),
    );
    return rows.map(({ data, ...row }) => ({ ...row, data: typeof data === "string" ? JSON.parse(data) : data }));
  };

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  /** One of each kind, several of them in the same rows. */
  const mixed = async (label: string, headers = {}) => {
    const project = await addProject(label);
    const [kept, changed, removed] = [await add({ title: `${label} kept` }), await add({ title: "changed" }), await add({ title: "removed" })];
    const answer = await bulk(
      [
        { op: "create", task: { title: `${label} first`, due_date: "2026-01-31T01:30:00+02:00", project_id: project.id } },
        { op: "create", task: { title: `${label} second`, status: "complete", description: null } },
        { op: "update", id: changed.id, version: 1, change: { title: "changed once" } },
        { op: "update", id: changed.id, version: 2, change: { status: "complete", due_date: "2026-02-01T00:00:00Z" } },
        { op: "delete", id: removed.id, version: 1 },
        { op: "update_where", filter: { title: { in: [`${label} first`, `${label} kept`] } }, count: 2, change: { priority: 9 } },
        { op: "update", id: kept.id, version: 2, change: { description: "seen" } },
        { op: "delete_where", filter: { title: `${label} second` }, count: 1 },
      ],
      headers,
    );
    const done: readonly Required<BulkResult>[] = answer.json().results;
    const [first, second] = [done[0]?.task as Task, done[1]?.task as Task];
    return { answer, done, project, kept, changed, removed, first, second };
  };

  test("is made as if one after the other, and answered in order", async () => {
    const { answer, done, project, kept, changed, removed, first, second } = await mixed("answers");
    expect(answer.statusCode).toBe(200);
    expect(done.map(({ op, task, count }) => (task ? [op, task.title, task.version] : [op, count]))).toStrictEqual([
      ["create", "answers first", 1],
      ["create", "answers second", 1],
      ["update", "changed once", 2],
      ["update", "changed once", 3],
      ["delete", "removed", 1],
      ["update_where", 2],
      ["update", "answers kept", 3],
      ["delete_where", 1],
    ]);
    expect(first).toMatchObject({ due_date: "2026-01-30T23:30:00.000000Z", project_id: project.id, completed_at: null });
    expect(second.completed_at).not.toBeNull();
    expect(done[3]?.task).toStrictEqual(await read(changed.id));
    expect(done[3]?.task).toMatchObject({ status: "complete", due_date: "2026-02-01T00:00:00.000000Z" });
    expect(done[4]?.task).toStrictEqual(removed);
    expect(await read(first.id)).toMatchObject({ title: "answers first", priority: 9, version: 2 });
    expect(await read(kept.id)).toMatchObject({ title: "answers kept", priority: 9, description: "seen", version: 3 });
    for (const { id } of [removed, second]) expect((await ask("GET", `/api/tasks/${id}`)).statusCode).toBe(404);
  });

  test("has an event for each row of each operation, in order, under the request's id, with the row as it then was", async () => {
    const requestId = "feedfacefeedfacefeedfacefeedface";
    const { done, kept, changed, removed, first, second } = await mixed("events", { "x-request-id": requestId });
    const recorded = await events(requestId);
    expect(recorded.map(({ kind, entity_id }) => [kind, entity_id])).toStrictEqual([
      ["task.created", first.id],
      ["task.created", second.id],
      ["task.changed", changed.id],
      ["task.changed", changed.id],
      ["task.deleted", removed.id],
      ["task.changed", kept.id],
      ["task.changed", first.id],
      ["task.changed", kept.id],
      ["task.deleted", second.id],
    ]);
    expect([0, 3, 4, 7].map((index) => recorded[index]?.data)).toStrictEqual([first, done[3]?.task, removed, await read(kept.id)]);
  });

  test("gives 1,000 new tasks rising ids in the order of the operations, with every default and every value of their own", async () => {
    const project = await addProject("a thousand");
    const sent = Array.from(
      { length: 1_000 },
      (_, index): NewTask => ({
        title: `number ${index}`,
        project_id: project.id,
        ...(index % 2 === 0 ? { priority: index, is_active: false } : {}),
        ...(index % 3 === 0 ? { status: "complete", assigned_to: null } : {}),
      }),
    );
    const tasks = await addMany(sent);
    expect(tasks.map(({ title }) => title)).toStrictEqual(sent.map(({ title }) => title));
    expect(tasks.every(({ id }, index) => index === 0 || id > (tasks[index - 1]?.id ?? 0))).toBe(true);
    for (const index of [0, 1, 2, 3, 999]) {
      expect(tasks[index]).toMatchObject({ priority: 0, is_active: true, status: "pending", description: null, ...sent[index] });
      expect(await read(tasks[index]?.id ?? 0)).toStrictEqual(tasks[index]);
      expect(tasks[index]?.completed_at === null).toBe(index % 3 !== 0);
    }
    expect((await ask("GET", `/api/projects/${project.id}`)).json().project.task_count).toBe(1_000);
  });

  test("changes 250 tasks, each in its own way, in every column, as single changes would", async () => {
    const project = await addProject("each its own");
    const statuses = ["pending", "active", "complete", "archived"] as const;
    const tasks = await addMany(
      Array.from({ length: 250 }, (_, index) => ({ title: `own ${index}`, status: index % 3 === 0 ? "complete" : "active" })),
    );
    const changes = tasks.map((_task, index) => ({
      title: `own Ä ${index}`,
      description: index % 3 === 0 ? null : `line\n${index}`,
      status: statuses[index % 4],
      priority: index - 100,
      is_active: index % 5 !== 0,
      due_date: index % 3 === 1 ? null : `2026-01-${String((index % 28) + 1).padStart(2, "0")}T10:00:00.00000${index % 10}Z`,
      project_id: index % 2 === 0 ? project.id : null,
      assigned_to: index % 7 === 0 ? null : "Zoë",
    }));
    const done = await results(tasks.map(({ id }, index) => ({ op: "update", id, version: 1, change: changes[index] as object })));
    for (const [index, task] of tasks.entries()) {
      const changed = done[index]?.task as Task;
      expect(changed).toStrictEqual({ ...task, ...changes[index], completed_at: changed.completed_at, updated_at: changed.updated_at, version: 2 });
      if (index % 4 !== 2) expect(changed.completed_at).toBeNull();
      else expect(changed.completed_at).toStrictEqual(task.completed_at ?? expect.stringMatching(/Z$/));
    }
    expect(done[249]?.task).toStrictEqual(await read(tasks[249]?.id ?? 0));
    const alone = tasks
      .slice(0, 3)
      .map(({ id }, index) => ({ op: "update" as const, id, version: 2, change: index === 1 ? { priority: 1 } : { title: "alone" } }));
    expect((await results(alone)).map(({ task }) => [task?.title, task?.priority])).toStrictEqual([
      ["alone", -100],
      ["own Ä 1", 1],
      ["alone", -98],
    ]);
  });

  test("changes and removes 1,000 tasks by their versions, or 2,500 by a filter", async () => {
    const project = await addProject("thousands");
    const filter = { project_id: project.id };
    const rows = Array.from({ length: 1_000 }, (_, index): NewTask => ({ title: `row ${index}`, project_id: project.id }));
    const tasks = await addMany(rows);
    for (const some of [rows, rows.slice(0, 500)]) await addMany(some);
    const own = await results(tasks.map(({ id }, index) => ({ op: "update", id, version: 1, change: { priority: index } })));
    expect(own.map(({ task }) => [task?.id, task?.priority, task?.version])).toStrictEqual(tasks.map(({ id }, index) => [id, index, 2]));
    const changed = await results([{ op: "update_where", filter, count: 2_500, change: { assigned_to: "Mira" } }]);
    expect(changed).toStrictEqual([{ op: "update_where", count: 2_500 }]);
    expect((await bulk([{ op: "delete_where", filter, count: 2_499 }])).statusCode).toBe(409);
    const gone = await results(tasks.map(({ id }) => ({ op: "delete", id, version: 3 })));
    expect(gone.map(({ task }) => task?.id)).toStrictEqual(tasks.map(({ id }) => id));
    expect(await results([{ op: "delete_where", filter, count: 1_500 }])).toStrictEqual([{ op: "delete_where", count: 1_500 }]);
    expect((await ask("GET", `/api/projects/${project.id}`)).json().project.task_count).toBe(0);
    const [recorded] = await directly(database, (session) =>
      session.all<{ changed: number; deleted: number }>(sql`
        select
          sum(case when kind = 'task.changed' then 1 else 0 end) as changed,
          sum(case when kind = 'task.deleted' then 1 else 0 end) as deleted
        from events
        where entity_id >= ${tasks[0]?.id ?? 0}`),
    );
    expect([Number(recorded?.changed), Number(recorded?.deleted)]).toStrictEqual([3_500, 2_500]);
  });

  test("that comes again with its Idempotency-Key is made once, and 10 at once too", async () => {
    const operations = Array.from({ length: 20 }, (_, index) => ({ op: "create", task: { title: `keyed ${index}` } }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => bulk(operations, { "idempotency-key": "bulk" })));
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toStrictEqual(answers.map(() => [200, answers[0]?.body]));
    expect(answers.filter(({ headers }) => headers["idempotency-replayed"] === "true")).toHaveLength(9);
    expect(await directly(database, (session) => session.all(sql`select id from tasks where title like 'keyed %'`))).toHaveLength(20);
    expect(refusal(await bulk(operations.slice(1), { "idempotency-key": "bulk" }))).toStrictEqual([409, "RH-API-010", "Idempotency-Key"]);
  });

  test("20 at once over the same rows in opposite orders: one is made, the others find other versions, none fails", async () => {
    const tasks = await addMany(Array.from({ length: 40 }, (_, index) => ({ title: `crossed ${index}` })));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const ordered = index % 2 === 0 ? tasks : tasks.toReversed();
        return bulk(ordered.map(({ id }, place) => ({ op: "update", id, version: 1, change: { priority: place } })));
      }),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toStrictEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    for (const { id } of tasks) expect((await read(id)).version).toBe(2);
  });

  test("8 at once by a filter, mixed with single writes: every change is made, and the counts hold", async () => {
    const project = await addProject("busy");
    const tasks = await addMany(Array.from({ length: 30 }, (_, index) => ({ title: `busy ${index}`, project_id: project.id })));
    const filter = { project_id: project.id };
    const writes = Array.from({ length: 8 }, () => bulk([{ op: "update_where", filter, count: 30, change: { status: "active" } }]));
    const singles = tasks.map(({ id }) => ask("PATCH", `/api/tasks/${id}`, { description: "single" }, { "if-match": "*" }));
    const answers = await Promise.all([...writes, ...singles]);
    expect(answers.map(({ statusCode }) => statusCode)).toStrictEqual(answers.map(() => 200));
    for (const { id } of tasks) expect(await read(id)).toMatchObject({ version: 10, status: "active", description: "single" });
  });
});
