// Rows with moments that the API has no form for, as people write them by the engine's own client: shown as the nearest one, alone, in
// lists, in what was changed and in files; and a list is read through without repeating or leaving out one of them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

type EngineName = (typeof engines)[number];

const [first, last] = ["1000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"];
const usual = "2026-01-31T09:30:00.000000Z";

/** What was written, and what is shown. */
const moments: Readonly<Record<EngineName, readonly (readonly [string | null, string | null])[]>> = {
  postgres: [
    ["infinity", last],
    ["20000-01-01", last],
    ["10000-01-01", last],
    ["10000-01-01", last],
    ["2026-01-31 09:30:00+00", usual],
    ["0999-06-01", first],
    ["0044-03-15 BC", first],
    ["-infinity", first],
    [null, null],
    [null, null],
  ],
  mariadb: [
    ["9999-12-31 23:59:59.999999", last],
    ["2026-01-31 09:30:00", usual],
    ["0999-06-01", first],
    ["0001-01-01", first],
    ["0001-01-01", first],
    [null, null],
    [null, null],
  ],
};

describe.each(engines)("moments beyond the API's on %s", (engine) => {
  let database: Database;
  let application: Application;
  const written = moments[engine];
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    await using session = await database.admin();
    for (const [moment] of written) {
      const rest = moment ?? "2026-01-31 09:30:00";
      const values = sql`${`due ${moment}`}, ${moment}, ${rest}, ${rest}, ${moment}`;
      await session.run(sql`insert into tasks (title, due_date, created_at, updated_at, completed_at) values (${values})`);
      await session.run(sql`insert into projects (name, created_at) values (${`${Math.random()} ${moment}`}, ${rest})`);
    }
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const get = async (url: string) => {
    const answer = await application.ask("GET", url);
    expect([url, answer.statusCode]).toStrictEqual([url, 200]);
    return answer.json();
  };
  const shown = written.map(([, moment], index) => ({
    id: index + 1,
    due_date: moment,
    created_at: moment ?? usual,
    updated_at: moment ?? usual,
    completed_at: moment,
  }));

  test("are shown as the nearest, one by one, in a list and in a file", async () => {
    expect((await get("/api/tasks")).tasks).toMatchObject(shown);
    for (const task of shown) expect((await get(`/api/tasks/${task.id}`)).task).toMatchObject(task);
    expect((await get("/api/tasks/export?format=json")).tasks).toMatchObject(shown);
    const projects = (await get("/api/projects")).projects as readonly { readonly created_at: string }[];
    expect(projects.map(({ created_at }) => created_at)).toStrictEqual(shown.map(({ created_at }) => created_at));
  });

  test.each(["due_date", "-due_date", "created_at", "-updated_at", "completed_at,-created_at"])(
    "sorted by %s, page by page, are each there once, in the order of one page",
    async (sort) => {
      const whole = ((await get(`/api/tasks?sort=${sort}`)).tasks as readonly { readonly id: number }[]).map(({ id }) => id);
      expect(whole).toHaveLength(written.length);
      const seen: number[] = [];
      let after = "";
      for (let page = 0; page <= written.length; page++) {
        const { tasks, next } = await get(`/api/tasks?sort=${sort}&limit=1${after}`);
        seen.push(...(tasks as readonly { readonly id: number }[]).map(({ id }) => id));
        if (next === null) break;
        after = `&after=${next}`;
      }
      expect(seen).toStrictEqual(whole);
    },
  );

  test("stay as they are in a task that is changed otherwise", async () => {
    const changed = await application.ask("PATCH", "/api/tasks/1", { priority: 3 }, anyVersion);
    expect(changed.json().task).toMatchObject({ priority: 3, due_date: last });
    await using session = await database.admin();
    expect(await session.all(sql`select id from tasks where id = 1 and due_date = ${written[0]?.[0] ?? null}`)).toHaveLength(1);
    expect((await application.ask("DELETE", "/api/tasks/2")).statusCode).toBe(204);
  });
});
