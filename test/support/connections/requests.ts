// The kinds of request that test/support/connections/play.ts makes: each answers as it should or in one of the ways in which it may
// fail. Over a real connection, so that a client can go away before its answer.
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../../../src/drivers/driver.ts";
import { sql } from "../../../src/foundation/sql.ts";

type Random = () => number;
export type Kind = (random: Random, count: number) => Promise<unknown>;

export interface Client {
  /** The answer's document; what was answered is counted. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Document>;
}

type Document = { readonly task?: { readonly id: number }; readonly project?: { readonly id: number } };

/** Counts each answer by its status and code in `answers`. */
export function asking(port: number, answers: Record<string, number>): Client {
  const count = (answer: string) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
  };
  return {
    ask: async (method, path, body, headers = {}, signal) => {
      const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
      const text = typeof body === "string" ? body : JSON.stringify(body);
      try {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { ...type, ...headers }, body: text, signal });
        const found = answer.status === 204 ? {} : ((await answer.json()) as Document & { readonly code?: string });
        count(`${answer.status} ${"code" in found ? found.code : "good"}`);
        return found;
      } catch (thrown) {
        count(signal?.aborted ? "nobody waited" : `no answer: ${String(thrown)}`);
        return {};
      }
    },
  };
}

const any = { "if-match": "*" };

/** One in a kind's place of the list is how often it comes. `holder` keeps the lock of one row from now on. */
export async function kindsOf({ ask }: Client, holder: Session): Promise<readonly Kind[]> {
  await ask("POST", "/api/projects", { name: "taken" });
  const id = (await ask("POST", "/api/tasks", { title: "shared" })).task?.id ?? 0;
  const held = (await ask("POST", "/api/tasks", { title: "held" })).task?.id ?? 0;
  await holder.begin();
  await holder.all(sql`select id from tasks where id = ${held} for update`);
  const create = (count: number) => ({ op: "create", task: { title: `bulk ${count}` } });
  const good: readonly Kind[] = [
    () => ask("GET", "/api/tasks?limit=20&sort=-priority"),
    () => ask("GET", `/api/tasks/${id}`),
    () => ask("GET", "/api/projects"),
    (_random, count) => ask("POST", "/api/tasks", { title: `task ${count}` }),
    (_random, count) => ask("POST", "/api/tasks", { title: `keyed ${count}` }, { "idempotency-key": `key-${count % 50}-${count}` }),
    (_random, count) => ask("PATCH", `/api/tasks/${id}`, { priority: count }, any),
    (_random, count) => ask("POST", "/api/tasks/bulk", { operations: [create(count), create(count)] }),
  ];
  const refused: readonly Kind[] = [
    () => ask("POST", "/api/tasks", "{"),
    () => ask("POST", "/api/tasks", { title: "" }),
    () => ask("POST", "/api/tasks", { title: "x", project_id: 2_000_000_000 }),
    () => ask("POST", "/api/projects", { name: "taken" }),
    () => ask("GET", "/api/tasks/2000000000"),
    () => ask("DELETE", "/api/tasks/2000000000"),
    () => ask("PATCH", `/api/tasks/${id}`, { title: "x" }),
    () => ask("PATCH", `/api/tasks/${id}`, { title: "x" }, { "if-match": '"2147483647"' }),
    (_random, count) => ask("POST", "/api/tasks", { title: `another ${count}` }, { "idempotency-key": "always-the-same" }),
    (_random, count) => ask("POST", "/api/tasks/bulk", { operations: [create(count), { op: "delete", id: 2_000_000_000 }] }),
    (_random, count) => ask("POST", "/api/tasks/bulk", { operations: [create(count), { op: "delete_where", filter: { id }, count: 7 }] }),
  ];
  const abandoned: Kind = async (random, count) => {
    const patience = new AbortController();
    const asked = ask("POST", "/api/tasks", { title: `abandoned ${count}` }, {}, patience.signal);
    await sleep(random() * 5);
    patience.abort();
    await asked;
  };
  const waiting: Kind = () => ask("PATCH", `/api/tasks/${held}`, { title: "late" }, any);
  const often = <T>(kinds: readonly T[], times: number) => Array.from({ length: times }, () => kinds).flat();
  return [...often([...good, ...refused], 10), ...often([abandoned], 10), waiting];
}
