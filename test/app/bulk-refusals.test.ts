// Bulk writes that are refused: by the place of what is at fault, by their size, by their time; and nothing of them is left. The
// same on both engines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BulkResult } from "../../src/app/api/contract/bulk.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { type Application, startApplication } from "./application.ts";
import { clientOf, directly, everythingIn, refusal } from "./bulk-support.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const megabyte = 1_048_576;
const waitingSessions: Readonly<Record<(typeof engines)[number], Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and wait_event_type = 'Lock'`,
  mariadb: sql`select trx_id from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`,
};

describe.each(engines)("a bulk write on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const { bulk, add, addProject } = clientOf(ask);
  const everything = () => everythingIn(database);
  /** One server renews what it tells of its transactions only when nobody has asked for a tenth of a second. */
  const untilOneWaits = () =>
    expect.poll(() => directly(database, (session) => session.all(waitingSessions[engine])), { interval: 200, timeout: 3_000 }).not.toHaveLength(0);

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const good = { op: "create", task: { title: "not to be seen" } };
  const refused: readonly (readonly [string, readonly unknown[], number, string, string])[] = [
    ["no operation", [], 400, "RH-API-001", "operations"],
    ["1,001 operations", Array.from({ length: 1_001 }, () => good), 400, "RH-API-001", "operations"],
    ["an operation of another kind", [good, { op: "upsert", id: 1 }], 400, "RH-API-001", "operations[1].op"],
    ["an operation without a kind", [good, { id: 1 }], 400, "RH-API-001", "operations[1].op"],
    ["an operation that is no object", [good, "delete"], 400, "RH-API-001", "operations[1]"],
    ["a field that is not known", [{ op: "delete", id: 1, force: true }], 400, "RH-API-001", "operations[0].force"],
    ["a task without a title", [good, { op: "create", task: { priority: 1 } }], 400, "RH-API-001", "operations[1].task.title"],
    ["a title of blanks", [good, { op: "create", task: { title: " " } }], 400, "RH-API-001", "operations[1].task.title"],
    ["a change without a version", [good, { op: "update", id: 1, change: { title: "x" } }], 400, "RH-API-001", "operations[1].version"],
    ["a change of nothing", [{ op: "update", id: 1, version: 1, change: {} }], 400, "RH-API-001", "operations[0].change"],
    ["a filter that is empty", [{ op: "delete_where", filter: {}, count: 1 }], 400, "RH-API-001", "operations[0].filter"],
    ["a filter without a count", [{ op: "delete_where", filter: { id: 1 } }], 400, "RH-API-001", "operations[0].count"],
    [
      "a 31st of February",
      [good, { op: "create", task: { title: "x", due_date: "2026-02-31T00:00:00Z" } }],
      400,
      "RH-API-001",
      "operations[1].task.due_date",
    ],
    [
      "a change to a 31st of February",
      [good, { op: "update", id: 1, version: 1, change: { due_date: "2026-02-31T00:00:00Z" } }],
      400,
      "RH-API-001",
      "operations[1].change.due_date",
    ],
    [
      "a filter of a 31st of February",
      [good, { op: "delete_where", filter: { due_date: { gt: "2026-02-31T00:00:00Z" } }, count: 1 }],
      400,
      "RH-API-001",
      "operations[1].filter.due_date.gt",
    ],
    [
      "a task of no project",
      [good, { op: "create", task: { title: "x", project_id: 2_000_000_000 } }],
      400,
      "RH-API-001",
      "operations[1].task.project_id",
    ],
    ["a task that is not there", [good, { op: "delete", id: 2_000_000_000 }], 404, "RH-API-002", "operations[1].id"],
    [
      "a change of a task that is not there",
      [good, { op: "update", id: 2_000_000_000, version: 1, change: { title: "x" } }],
      404,
      "RH-API-002",
      "operations[1].id",
    ],
  ];
  test.each(refused)("of %s is refused by its place, and nothing of the rest is made", async (_what, operations, ...expected) => {
    const before = await everything();
    expect(refusal(await bulk(operations, { "idempotency-key": "refused" }))).toStrictEqual(expected);
    expect(await everything()).toStrictEqual(before);
  });

  test("that names another version, a row that is gone by then, a project or a number of rows that is not there changes nothing", async () => {
    const { id } = await add({ title: "guarded" });
    const update = (version: number, change: object) => ({ op: "update", id, version, change });
    const before = await everything();
    const none = { title: { starts_with: "guar" } };
    const cases: readonly (readonly [readonly unknown[], number, string, string])[] = [
      [[good, update(2, { priority: 1 })], 412, "RH-API-007", "operations[1].version"],
      [[update(1, { priority: 1 }), update(1, { priority: 1 })], 412, "RH-API-007", "operations[1].version"],
      [[update(1, { priority: 1 }), update(1, { priority: 2 })], 412, "RH-API-007", "operations[1].version"],
      [[good, { op: "delete", id, version: 7 }], 412, "RH-API-007", "operations[1].version"],
      [[{ op: "delete", id }, update(1, { priority: 1 })], 404, "RH-API-002", "operations[1].id"],
      [
        [
          { op: "delete", id },
          { op: "delete", id },
        ],
        404,
        "RH-API-002",
        "operations[1].id",
      ],
      [
        [
          { op: "delete_where", filter: none, count: 1 },
          { op: "delete", id },
        ],
        404,
        "RH-API-002",
        "operations[1].id",
      ],
      [[good, update(1, { project_id: 2_000_000_000 })], 400, "RH-API-001", "operations[1].change.project_id"],
      [[{ op: "update_where", filter: none, count: 1, change: { project_id: 2_000_000_000 } }], 400, "RH-API-001", "operations[0].change.project_id"],
      [[good, { op: "delete_where", filter: none, count: 0 }], 409, "RH-API-013", "operations[1].count"],
      [[good, { op: "delete_where", filter: none, count: 2 }], 409, "RH-API-013", "operations[1].count"],
      [
        [good, { op: "update_where", filter: { title: "nobody has it" }, count: 1, change: { priority: 1 } }],
        409,
        "RH-API-013",
        "operations[1].count",
      ],
    ];
    for (const [operations, ...expected] of cases) expect(refusal(await bulk(operations))).toStrictEqual(expected);
    expect((await bulk([{ op: "delete_where", filter: none, count: 5 }])).json().detail).toBe("the filter matches 1 tasks, not 5");
    expect(await everything()).toStrictEqual(before);
  });

  test("into a project that is removed meanwhile is refused by name", async () => {
    const project = await addProject("going");
    await using other = await database.admin();
    await other.begin();
    await other.run(sql`delete from projects where id = ${project.id}`);
    const waiting = bulk([good, { op: "create", task: { title: "x", project_id: project.id } }]);
    await untilOneWaits();
    await other.commit();
    expect(refusal(await waiting)).toStrictEqual([400, "RH-API-001", "operations[1].task.project_id"]);
    expect(await directly(database, (session) => session.all(sql`select id from tasks where title = 'not to be seen'`))).toStrictEqual([]);
  });

  test("may have a body of 4 MB, where other routes end at 1 MB, and rows of 8 MB", async () => {
    const long = { title: "long", description: "x".repeat(15_900) };
    const creates = (count: number) => Array.from({ length: count }, () => ({ op: "create", task: long }));
    const [over, below] = [await bulk([{ op: "create", task: { title: "x".repeat(4 * megabyte) } }]), await bulk(creates(250))];
    expect([over.statusCode, over.json().code, over.json().detail]).toStrictEqual([413, "RH-API-004", "the body has more than 4 MB"]);
    expect(below.statusCode).toBe(200);
    const single = await ask("POST", "/api/tasks", { title: "x".repeat(megabyte) });
    expect([single.statusCode, single.json().detail]).toStrictEqual([413, "the body has more than 1 MB"]);
    expect((await bulk(creates(250))).statusCode).toBe(200);
    expect((await bulk(creates(40))).statusCode).toBe(200);
    const before = await everything();
    const filter = { title: "long" };
    const tooMuch = await bulk([{ op: "update_where", filter, count: 540, change: { priority: 1 } }]);
    expect(refusal(tooMuch)).toStrictEqual([400, "RH-API-001", "operations"]);
    expect(await everything()).toStrictEqual(before);
    expect((await bulk([{ op: "delete_where", filter, count: 540 }])).statusCode).toBe(400);
    const half = { ...filter, id: { lte: (below.json().results as BulkResult[]).at(-1)?.task?.id } };
    const rest = { ...filter, id: { gt: half.id.lte } };
    const removals = [await bulk([{ op: "delete_where", filter: half, count: 250 }]), await bulk([{ op: "delete_where", filter: rest, count: 290 }])];
    expect(removals.map(({ statusCode }) => statusCode)).toStrictEqual([200, 200]);
  });

  test("that takes too long is taken back, and says that none of it was made", async () => {
    let ms = 0;
    await using slow = await startApplication(database, { clock: { ...systemClock, monotonicMs: () => (ms += 500) } });
    const { id } = await add({ title: "slow" });
    const before = await everything();
    const update = (version: number) => ({ op: "update", id, version, change: { priority: version } });
    const operations = [good, ...Array.from({ length: 6 }, (_, index) => update(index + 1))];
    const answer = await slow.ask("POST", "/api/tasks/bulk", { operations });
    expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toStrictEqual([503, "RH-TIME-001", "1"]);
    expect(slow.log.some((line) => line.includes("the operations did not end within 3500 ms, and none of them was made"))).toBe(true);
    expect(await everything()).toStrictEqual(before);
    expect((await bulk(operations)).statusCode).toBe(200);
  });
});
