// Imports that break half-way leave nothing: the client, the application or the database goes away, or the body stalls. And what
// others notice of an import while it is under way.
import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";
import { empty } from "./transfer/files.ts";
import { ask, listen } from "./transfer/listening.ts";
import { startAppProcess } from "./transfer/processes.ts";

type EngineName = (typeof engines)[number];

/** Transactions of the application that have written. */
const writing: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and backend_xid is not null`,
  mariadb: sql`select trx_id from information_schema.innodb_trx where trx_rows_modified > 0`,
};
const waiting: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and wait_event_type = 'Lock'`,
  mariadb: sql`select trx_id from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`,
};

const nextId: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select last_value + 1 as next from pg_sequences where sequencename = 'tasks_id_seq'`,
  mariadb: sql`select auto_increment as next from information_schema.tables where table_schema = 'taskdb' and table_name = 'tasks'`,
};

interface Upload {
  readonly asked: ClientRequest;
  /** Resolves when it was passed on. */
  send(rows: string): Promise<void>;
  readonly answer: Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

function upload(port: number, query = "", type = "text/csv"): Upload {
  const asked = ask(port, `/api/tasks/import?${query}`, { method: "POST", headers: { "content-type": type } });
  const answer = once(asked, "response").then(async ([incoming]) => ({
    status: (incoming as IncomingMessage).statusCode ?? 0,
    body: (await json(incoming as IncomingMessage)) as Record<string, unknown>,
  }));
  answer.catch(() => undefined); // some of them are never answered
  return { asked, answer, send: (rows) => new Promise((resolve) => void asked.write(rows, () => resolve())) };
}

const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${first + index},Task ${first + index},Imported ${(first + index) % 7}\n`).join("");
const header = "id,title,project\n";

describe.each(engines)("an import on %s", (engine) => {
  let database: Database;
  let application: Application;
  let admin: Session;
  let port: number;
  beforeAll(async () => {
    database = await startDatabase(engine);
  });
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    application = await startApplication(database);
    port = await listen(application);
    admin = await database.admin();
    await empty(admin);
  });
  afterEach(async () => {
    await admin?.[Symbol.asyncDispose]();
    await application?.[Symbol.asyncDispose]();
  });

  const count = async (statement: Sql) => (await admin.all(statement)).length;
  const untilSome = (statement: Sql) => expect.poll(() => count(statement), { timeout: 20_000, interval: 250 }).toBeGreaterThan(0);
  const expectNothing = async () => {
    await expect.poll(() => count(writing[engine]), { timeout: 20_000, interval: 250 }).toBe(0);
    const rows = await admin.all(
      sql`select (select count(*) from tasks) as tasks, (select count(*) from projects) as projects, (select count(*) from events) as events`,
    );
    expect(rows).toStrictEqual([{ tasks: 0, projects: 0, events: 0 }]);
  };
  /** Half of a file is in the database, uncommitted; the rest of it is still to come. */
  const halfWay = async (at = port, query = "ids=keep") => {
    const half = upload(at, query);
    await half.send(header + rowsFrom(1, 5_500));
    await untilSome(writing[engine]);
    return half;
  };

  test("whose client goes away leaves nothing, and its place is free", async () => {
    for (let round = 0; round < 5; round++) {
      const half = await halfWay();
      half.asked.destroy();
      await expectNothing();
    }
    const whole = upload(port, "ids=keep");
    whole.asked.end(header + rowsFrom(1, 100));
    expect(await whole.answer).toStrictEqual({ status: 200, body: { tasks: 100, projects: 7, dry_run: false } });
  });

  test("whose application is killed leaves nothing", async () => {
    await using killed = await startAppProcess(database);
    await halfWay(killed.port);
    await killed.kill();
    await expectNothing();
  });

  test("whose database is killed is answered 503 and leaves nothing", async () => {
    const half = await halfWay();
    await database.kill();
    half.asked.end(rowsFrom(5_501, 2_000));
    expect(await half.answer).toMatchObject({ status: 503, body: { code: expect.stringMatching(/^RH-CONN-00[136]$/) } });
    await database.restart();
    await admin[Symbol.asyncDispose]();
    admin = await database.admin();
    await expectNothing();
  });

  test("that stalls is answered, closed, and leaves nothing", async () => {
    await using hasty = await startApplication(database, { stillMs: 500 });
    const half = upload(await listen(hasty), "ids=keep");
    await half.send(header + rowsFrom(1, 5_500));
    expect(await half.answer).toMatchObject({
      status: 400,
      body: { code: "RH-API-001", field: "body", detail: "no byte of the body came for 500 ms" },
    });
    await expectNothing();
    await expect.poll(() => half.asked.destroyed, { timeout: 10_000 }).toBe(true);
  });

  test("that is slow but alive is taken, though an ordinary body has ten seconds", async () => {
    const slow = upload(port);
    await slow.send("title\n");
    for (let row = 0; row < 14; row++) {
      await slow.send(`Task ${row}\n`);
      await sleep(1_000);
    }
    slow.asked.end();
    expect(await slow.answer).toStrictEqual({ status: 200, body: { tasks: 14, projects: 0, dry_run: false } });
  });

  test("that is refused early is told so while it is still sending", async () => {
    const refused = upload(port);
    await refused.send("title,colour\n");
    const sending = (async () => {
      while (!refused.asked.destroyed && !refused.asked.writableEnded) await Promise.race([refused.send(`${"x".repeat(60_000)}\n`), sleep(1_000)]);
    })();
    expect(await refused.answer).toMatchObject({ status: 400, body: { code: "RH-API-011", bad_lines: 1 } });
    refused.asked.destroy();
    await sending;
    await expectNothing();
  });

  test("leaves everybody else served, and its projects as they are", async () => {
    const { project } = (await application.ask("POST", "/api/projects", { name: "Imported 1" })).json();
    const half = await halfWay(port, "ids=new");
    expect((await application.ask("POST", "/api/tasks", { title: "meanwhile", project_id: project.id })).statusCode).toBe(201);
    expect((await application.ask("POST", "/api/projects", { name: "meanwhile" })).statusCode).toBe(201);
    expect((await application.ask("GET", "/api/tasks")).json().tasks.map(({ title }: { title: string }) => title)).toStrictEqual(["meanwhile"]);
    expect((await application.ask("GET", "/readyz")).statusCode).toBe(200);
    const busy = [
      application.ask("PATCH", `/api/projects/${project.id}`, { name: "renamed" }, { "if-match": '"1"' }),
      application.ask("DELETE", `/api/projects/${project.id}`),
      application.ask("POST", "/api/projects", { name: "Imported 2" }),
    ];
    for (const answer of await Promise.all(busy))
      expect([answer.statusCode, answer.json().code]).toStrictEqual([503, expect.stringMatching(/^RH-T(X-003|IME-001)$/)]);
    half.asked.end();
    expect(await half.answer).toStrictEqual({ status: 200, body: { tasks: 5_500, projects: 6, dry_run: false } });
    expect((await application.ask("PATCH", `/api/projects/${project.id}`, { name: "renamed" }, { "if-match": '"1"' })).statusCode).toBe(200);
  });

  test("that keeps its ids leaves others the ones behind it, before it is committed", async () => {
    const half = upload(port, "ids=keep");
    await half.send(header + rowsFrom(1, 5_000));
    await expect
      .poll(async () => (await admin.all<{ next: number }>(nextId[engine]))[0]?.next, { timeout: 20_000, interval: 250 })
      .toBeGreaterThan(5_000);
    const { task } = (await application.ask("POST", "/api/tasks", { title: "meanwhile" })).json();
    expect(task.id).toBeGreaterThan(5_000);
    half.asked.end(rowsFrom(task.id + 1, 10));
    expect(await half.answer).toStrictEqual({ status: 200, body: { tasks: 5_010, projects: 7, dry_run: false } });
  });

  test("is one of four, with exports; the fifth is told to come later", async () => {
    const four = await Promise.all(
      ["", "", "", ""].map(async () => {
        const one = upload(port, "dry_run=true");
        await one.send("title\nx\n");
        return one;
      }),
    );
    await sleep(300);
    const fifth = upload(port);
    fifth.asked.end("title\nx\n");
    expect(await fifth.answer).toMatchObject({ status: 429, body: { code: "RH-API-012" } });
    expect((await application.ask("GET", "/api/tasks/export")).statusCode).toBe(429);
    for (const one of four) one.asked.end();
    for (const one of four) expect((await one.answer).status).toBe(200);
    expect((await application.ask("GET", "/api/tasks/export")).statusCode).toBe(200);
  });

  test("that loses a race for an id is refused with the line of it, or told to come again", async () => {
    const second = () => {
      const one = upload(port, "ids=keep");
      one.asked.end("id,title\n900001,free\n17,raced\n");
      return one.answer;
    };
    const first = await halfWay();
    const racing = second();
    let isTold = false; // a deadlock ends at once
    void racing.then(() => {
      isTold = true;
    });
    await expect.poll(async () => isTold || (await count(waiting[engine])) > 0, { timeout: 20_000, interval: 250 }).toBe(true);
    first.asked.end();
    expect((await first.answer).status).toBe(200);
    const raced = await racing;
    if (raced.status === 503) expect(raced.body["code"]).toBe("RH-TX-001"); // it held what the first one wanted next
    expect(raced.status === 503 ? await second() : raced).toMatchObject({
      status: 400,
      body: { lines: [{ line: 3, field: "id", reason: "there is a task 17 already" }] },
    });
    expect(await admin.all(sql`select id from tasks where id > 5500`)).toStrictEqual([]);
  });
});
