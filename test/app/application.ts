// The application in this process, against a real database: its server without a socket, its log kept for looking at.
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { buildServer, type ServerParts } from "../../src/app/api/server.ts";
import { openStore } from "../../src/app/store/open.ts";
import type { Store } from "../../src/app/store/store.ts";
import { dialects } from "../../src/app/store/stores.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { Database } from "./support.ts";

/** If-Match of a change that is meant for whatever is there. */
export const anyVersion = { "if-match": "*" } as const;

export interface Application extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly store: Store;
  /** Lines of the log so far. */
  readonly log: string[];
  ask(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<LightMyRequestResponse>;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
}

export async function startApplication(database: Database, parts: Partial<ServerParts> & { readonly poolLimit?: number } = {}): Promise<Application> {
  const store = openStore(dialects[database.engine], { ...database.login, poolLimit: parts.poolLimit ?? 4 }, parts.clock ?? systemClock);
  const log: string[] = [];
  const logTo = { write: (line: string) => void log.push(line) };
  const app = await buildServer({ store, clock: systemClock, instance: "test", allowedHosts: [], logTo, ...parts });
  const inject = (options: InjectOptions) => app.inject({ ...options, headers: { host: "localhost", ...options.headers } });
  return {
    app,
    store,
    log,
    inject,
    ask: (method, url, body, headers) =>
      inject({
        method,
        url,
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await store[Symbol.asyncDispose]();
    },
  };
}
