// K1: requests of every kind, errors included, leave the application's connections as they were (the full count is
// test/scenes/connections.ts). And what should not be is seen: a session in a transaction, one that is not the pool's.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dialects } from "../../src/app/store/stores.ts";
import { sql } from "../../src/foundation/sql.ts";
import { play } from "../support/connections/play.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const poolLimit = 5;

describe.each(engines)("connections on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeEach(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database, { poolLimit });
  });
  afterEach(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("are flat after 2,000 requests, given back, and none of them is in a transaction", async () => {
    const { N, found, answers } = await play({ database, application, poolLimit, seed: 1, size: 2_000 });
    expect(found).toStrictEqual([]);
    expect(N).toBe(2_000);
    const seen = [
      "200 good",
      "201 good",
      "400 RH-API-001",
      "404 RH-API-002",
      "409 RH-DATA-001",
      "409 RH-API-010",
      "412 RH-API-007",
      "428 RH-API-009",
    ];
    expect(seen.filter((answer) => answers[answer] === undefined)).toStrictEqual([]);
  });

  test("are not what they should be while a stranger's session idles in a transaction", async () => {
    await using stranger = await dialects[engine].driver.connect({ ...database.login, applicationName: "stranger" });
    await stranger.begin();
    await stranger.run(sql`update write_probe set checked_at = current_timestamp(6) where id = 1`);
    const { found } = await play({ database, application, poolLimit, seed: 1, size: 50, settleMs: 2_000 });
    expect(found.map((one) => one.replace(/\d+/g, "N"))).toStrictEqual([
      "the server has N sessions, the pool N",
      "N sessions are idle in a transaction",
    ]);
  });
});
