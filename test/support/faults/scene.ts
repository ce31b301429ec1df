// A house under attack, and how its database is looked at from the side: as the administrator by socket, never through the
// application whose word is being checked.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../src/drivers/driver.ts";
import { engineNamed, type EngineName } from "../../../src/engines/engines.ts";
import { sql } from "../../../src/foundation/sql.ts";
import { serverPlace } from "../../../src/operations/stack/draft.ts";
import { readHouse } from "../../../src/operations/stack/house.ts";
import { type Places, placesOf } from "../../../src/operations/stack/places.ts";
import { appSocket } from "../../../src/operations/stack/tiers.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import type { Context } from "../../../src/platform/context.ts";
import { silentLog } from "../../../src/platform/log.ts";
import { standingHouse, type TestHouse } from "../houses.ts";
import type { Present } from "./compare.ts";
import { openWriteLog, type WriteLog } from "./write-log.ts";

export interface Scene extends AsyncDisposable {
  readonly house: TestHouse;
  readonly engine: EngineName;
  readonly places: Places;
  /** Who the application logs in as, and who `look` does. */
  readonly role: string;
  readonly administrator: string;
  /** Of each instance of the application. */
  readonly sockets: readonly string[];
  readonly log: WriteLog;
  /** A session of the administrator in the application's database. */
  look(): Promise<Session>;
}

export async function openScene(engine: EngineName): Promise<Scene> {
  const house = await houseOnFreePorts(engine);
  const outside = await mkdtemp("/tmp/rowhouse-writers-");
  const log = openWriteLog(join(outside, "writes.jsonl"));
  const context: Context = { clock: systemClock, log: silentLog, environment: process.env };
  const { config } = await readHouse(house.directory);
  const places = placesOf(context, house.directory);
  const login = await administratorOf(context, engine, house);
  return {
    house,
    engine,
    places,
    role: config.app.role,
    administrator: login.user,
    sockets: Array.from({ length: config.app.instances }, (_, index) => appSocket(places, index + 1)),
    log,
    look: () => engineNamed(engine).driver.connect({ ...login, connectTimeoutMs: 2_000, statementTimeoutMs: 120_000 }),
    [Symbol.asyncDispose]: async () => {
      log[Symbol.dispose]();
      await rm(outside, { recursive: true });
      await house[Symbol.asyncDispose]();
    },
  };
}

/** Houses that come up in the same moment choose the same free port for their databases; all but one are refused, and try again. */
async function houseOnFreePorts(engine: EngineName): Promise<TestHouse> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await standingHouse({ engine });
    } catch (thrown) {
      if (attempt === 5 || !String(thrown).includes("RH-NET-001")) throw thrown;
    }
  }
}

async function administratorOf(context: Context, name: EngineName, { directory }: TestHouse): Promise<ConnectionOptions> {
  const engine = engineNamed(name);
  const house = await readHouse(directory);
  const place = await serverPlace({ context, engine, places: placesOf(context, directory), house });
  return engine.server.administrator(place, house.config.app.database);
}

/** All tasks, and the events of tasks. */
export async function presentIn(session: Session): Promise<Present> {
  const tasks = await session.all<{ id: number; title: string }>(sql`select id, title from tasks order by id`);
  const events = await session.all<{ kind: string; entityId: number; data: unknown }>(sql`
    select
      kind,
      entity_id as ${sql.id("entityId")},
      data
    from events
    where kind like 'task.%'
    order by id`);
  return { tasks, events: events.map(({ kind, entityId, data }) => ({ kind, entityId, title: titleIn(data) })) };
}

/** One engine gives JSON as a value, the other as text. */
function titleIn(data: unknown): string {
  const value: unknown = typeof data === "string" ? JSON.parse(data) : data;
  return String((value as { title?: unknown } | null)?.title);
}
