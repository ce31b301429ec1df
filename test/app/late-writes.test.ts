// Writes that are late: held up by a lock until after their answer. What was answered stays as it is: when the lock is free then,
// nothing of them comes behind it (decision 0011).
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { limits } from "../../src/app/store/store.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, openTransactions, startDatabase } from "./support.ts";
import { startAppProcess } from "./transfer/processes.ts";

type EngineName = (typeof engines)[number];

/** Sessions of the application that wait for a lock; InnoDB tells anew only when not asked for 100 ms. */
const blocked: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and wait_event_type = 'Lock'`,
  mariadb: sql`select trx_id from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`,
};

const lockEvents: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`lock table events in access exclusive mode`,
  mariadb: sql`lock tables events write`,
};

describe.each(engines)("a write that is late on %s", (engine) => {
  let database: Database;
  let application: Application;
  let watcher: Session;
  beforeEach(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database, { poolLimit: 1 });
    watcher = await database.admin();
  });
  afterEach(async () => {
    await watcher?.[Symbol.asyncDispose]();
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const ask: Application["ask"] = (...request) => application.ask(...request);
  const added = async (title: string): Promise<number> => (await ask("POST", "/api/tasks", { title })).json().task.id;
  const holding = async (statement: Sql): Promise<Session> => {
    const holder = await database.admin();
    await holder.begin();
    await holder.run(statement);
    return holder;
  };
  const lockTask = (id: number) => holding(sql`select id from tasks where id = ${id} for update`);
  const isBlocked = () => expect.poll(() => watcher.all(blocked[engine]), { timeout: 10_000, interval: 250 }).not.toHaveLength(0);
  const isQuiet = () => expect.poll(() => watcher.all(openTransactions[engine]), { timeout: 20_000, interval: 250 }).toStrictEqual([]);
  const titles = async () => (await watcher.all<{ title: string }>(sql`select title from tasks order by id`)).map(({ title }) => title);
  const events = async () => (await watcher.all(sql`select id from events`)).length;
  /** The holder lets go as soon as the answer is there, and whatever still wants to be written has its time. */
  const answeredThenFree = async (answer: ReturnType<Application["ask"]>, holder: Session) => {
    const { statusCode, headers, ...rest } = await answer;
    const { code } = rest.json();
    await holder.rollback();
    await holder[Symbol.asyncDispose]();
    await isQuiet();
    await systemClock.sleep(500);
    return { status: statusCode, code, retryAfter: headers["retry-after"] };
  };

  test("of several statements is taken back and says so, and its key is free", async () => {
    const id = await added("before");
    const before = await events();
    const headers = { ...anyVersion, "idempotency-key": "late-1" };
    const first = await holding(sql`insert into idempotency_keys (idempotency_key, request_hash) values ('late-1', 'x')`);
    const second = await lockTask(id);
    const answer = ask("PATCH", `/api/tasks/${id}`, { title: "late" }, headers);
    await isBlocked();
    await systemClock.sleep(2_000);
    await first.rollback();
    await first[Symbol.asyncDispose]();
    expect(await answeredThenFree(answer, second)).toStrictEqual({ status: 503, code: "RH-TIME-001", retryAfter: "1" });
    expect([await titles(), await events()]).toStrictEqual([["before"], before]);
    expect((await ask("PATCH", `/api/tasks/${id}`, { title: "again" }, headers)).json().task).toMatchObject({ title: "again", version: 2 });
  });

  test("of one statement is ended before its answer", async () => {
    const id = await added("before");
    const project = (await ask("POST", "/api/projects", { name: "held" })).json().project.id;
    const before = await events();
    const ahead = await lockTask(id);
    const behind = await holding(sql`select id from projects where id = ${project} for update`);
    const other = ask("PATCH", `/api/tasks/${id}`, { title: "before" }, anyVersion);
    await isBlocked();
    const answer = ask("POST", "/api/tasks", { title: "late", project_id: project });
    await systemClock.sleep(1_700); // for the connection, and then for the lock
    await ahead.rollback();
    await ahead[Symbol.asyncDispose]();
    expect((await other).statusCode).toBe(200);
    expect(await answeredThenFree(answer, behind)).toStrictEqual({ status: 503, code: "RH-CONN-004", retryAfter: "1" });
    expect([await titles(), await events()]).toStrictEqual([["before"], before + 1]);
    expect((await ask("POST", "/api/tasks", { title: "again", project_id: project })).statusCode).toBe(201);
  });

  test("of many operations is taken back and says so", async () => {
    const ids = [await added("one"), await added("two")];
    const before = await events();
    const first = await holding(sql`insert into idempotency_keys (idempotency_key, request_hash) values ('late-2', 'x')`);
    const second = await lockTask(ids[1] as number);
    const operations = ids.map((id) => ({ op: "update", id, version: 1, change: { title: "late" } }));
    const answer = ask("POST", "/api/tasks/bulk", { operations }, { "idempotency-key": "late-2" });
    await isBlocked();
    await systemClock.sleep(2_000);
    await first.rollback();
    await first[Symbol.asyncDispose]();
    expect(await answeredThenFree(answer, second)).toStrictEqual({ status: 503, code: "RH-TIME-001", retryAfter: "1" });
    expect([await titles(), await events()]).toStrictEqual([["one", "two"], before]);
  });

  test("because the groups of tasks before it hung is answered in time too", async () => {
    await using wide = await startApplication(database, { poolLimit: 4 });
    await wide.ask("GET", "/api/tasks");
    const holder = await database.admin();
    if (engine === "postgres") await holder.begin();
    await holder.run(lockEvents[engine]);
    const answers: Promise<readonly [number, boolean]>[] = [];
    for (let index = 0; index < 12; index++) {
      const startMs = performance.now();
      const answer = wide.ask("POST", "/api/tasks", { title: `late ${index}` });
      answers.push(answer.then(({ statusCode }) => [statusCode, performance.now() - startMs < limits.callMs + 400]));
      await systemClock.sleep(60);
    }
    expect(await Promise.all(answers)).toStrictEqual(answers.map(() => [503, true]));
    await holder[Symbol.asyncDispose]();
    await isQuiet();
    await systemClock.sleep(500);
    expect(await titles()).toStrictEqual([]);
  });

  test("is not made although the work of it succeeds behind its end", async () => {
    const id = await added("before");
    const write = application.store.changeTask({ requestId: "late", id }, { title: "late" });
    const blocking = performance.now() + limits.writeMs + 200;
    while (performance.now() < blocking); // this process does nothing else meanwhile, and no timer of it fires
    await expect(write).rejects.toMatchObject({ code: "RH-TIME-001" });
    expect(await titles()).toStrictEqual(["before"]);
  });

  test("because its process is frozen is rolled back by the server, and not made when the process goes on", async () => {
    const id = await added("before");
    await using app = await startAppProcess(database);
    const holder = await lockTask(id);
    const headers = { "content-type": "application/json", ...anyVersion };
    const answer = fetch(`http://127.0.0.1:${app.port}/api/tasks/${id}`, { method: "PATCH", headers, body: '{"title":"late"}' });
    await isBlocked();
    app.pause();
    await holder.rollback();
    await holder[Symbol.asyncDispose]();
    const startMs = performance.now();
    expect(await watcher.all(openTransactions[engine])).not.toHaveLength(0);
    await isQuiet();
    expect(performance.now() - startMs).toBeLessThan(limits.idleMs + 4_000);
    app.resume();
    expect((await answer).status).toBe(503);
    expect(await titles()).toStrictEqual(["before"]);
  });
});
