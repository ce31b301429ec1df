// Instances of the application in this process, each on a port, on one database; listeners to them; what is said of both in tests.
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { ServerParts } from "../../src/app/api/server.ts";
import type { Task, TaskChange } from "../../src/app/api/contract/tasks.ts";
import type { LiveLimits } from "../../src/app/live/limits.ts";
import type { EngineName } from "../../src/app/store/stores.ts";
import type { Session } from "../../src/drivers/driver.ts";
import { sql } from "../../src/foundation/sql.ts";
import { type ListenOptions, type Listening, listenAt } from "../support/listening.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, startDatabase } from "./support.ts";

export interface Instance {
  readonly application: Application;
  readonly port: number;
  readonly ask: Application["ask"];
  create(title: string): Promise<Task>;
  change(task: Task, change: TaskChange): Promise<{ readonly task: Task; readonly requestId: string }>;
  stop(): Promise<void>;
}

export interface Stage {
  readonly database: Database;
  /** Two instances, new for each test. */
  readonly one: Instance;
  readonly other: Instance;
  /** What is stopped when the test ends. */
  readonly open: (Instance | Listening)[];
  /** A further instance, with limits of its own. */
  start(live: Partial<LiveLimits>): Promise<Instance>;
  /** A listener that was told that it listens, or that goes on from `lastId`. */
  listen(instance: Instance, options?: Omit<ListenOptions, "at">): Promise<Listening>;
}

/** Sets the stage of a suite on one engine. */
export function stage(engine: EngineName): Stage {
  let database: Database;
  let one: Instance;
  let other: Instance;
  const open: (Instance | Listening)[] = [];
  const start = async (live: Partial<LiveLimits>) => {
    const instance = await startInstance(database, { live });
    open.push(instance);
    return instance;
  };
  beforeAll(async () => {
    database = await startDatabase(engine);
  });
  beforeEach(async () => {
    [one, other] = [await start({}), await start({})];
  });
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.stop();
  });
  afterAll(async () => database?.[Symbol.asyncDispose]());
  return {
    get database() {
      return database;
    },
    get one() {
      return one;
    },
    get other() {
      return other;
    },
    open,
    start,
    listen: async (instance, options = {}) => {
      const listening = await listenAt({ at: instance.port, ...options });
      open.push(listening);
      if (options.lastId === undefined && options.query === undefined) await listening.until(1);
      return listening;
    },
  };
}

export async function startInstance(database: Database, parts: Partial<ServerParts> = {}): Promise<Instance> {
  const application = await startApplication(database, parts);
  const { ask } = application;
  await application.app.listen({ host: "127.0.0.1", port: 0 });
  return {
    application,
    port: (application.app.server.address() as AddressInfo).port,
    ask,
    create: async (title) => (await ask("POST", "/api/tasks", { title })).json<{ task: Task }>().task,
    change: async ({ id, version }, change) => {
      const answer = await ask("PATCH", `/api/tasks/${id}`, change, { "if-match": `"${version}"` });
      return { task: answer.json<{ task: Task }>().task, requestId: String(answer.headers["x-request-id"]) };
    },
    stop: async () => application[Symbol.asyncDispose](),
  };
}

/** `task.created TITLE`, in the order in which it was told. */
export function told(listening: Listening): readonly string[] {
  return listening.frames.map(({ event, data }) => [event, data.task?.title ?? data.project?.name].filter(Boolean).join(" "));
}

export function highOf(id = ""): number {
  return Number(id.split(".", 1)[0]);
}

/** An event as another program would write it. */
export async function record(session: Session, { kind, entity_id, data }: { kind: string; entity_id: number; data: string }): Promise<void> {
  await session.run(sql`insert into events (request_id, kind, entity_id, data) values ('by-hand', ${kind}, ${entity_id}, ${data})`);
}

/** What a new listener gets within some milliseconds, as it comes. */
export function firstBytesOf(port: number, forMs = 100): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: string[] = [];
    const outgoing = request({ host: "127.0.0.1", port, path: "/api/events", agent: false, headers: { host: "localhost" } });
    outgoing.once("error", reject).once("response", (incoming) => {
      incoming.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
      incoming.once("data", () =>
        setTimeout(() => {
          incoming.destroy();
          resolve(chunks.join(""));
        }, forMs),
      );
    });
    outgoing.end();
  });
}
