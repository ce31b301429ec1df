// Writers that race: they create, change and delete tasks out of a small common lot, one by one and several at once, on whichever
// instance answers. What became of a write that got no answer does not matter: the table of events knows.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { Random } from "../../../bench/load/random.js";
import { pick } from "../faults/random.ts";

export interface WritersOptions {
  readonly ports: readonly number[];
  readonly random: Random;
  /** Changes that have to be acknowledged, by all writers together. */
  readonly size: number;
  readonly signal?: AbortSignal;
  /** Called with the acknowledged changes so far. */
  readonly onWrite: (changes: number) => void;
}

const writers = 4;
const lot = 24;
const pauseMs = 50;
const waitMs = 10_000;

/** Resolves with how many changes were acknowledged, and how many requests were refused or got no answer. */
export async function writeAll({
  ports,
  random,
  size,
  signal,
  onWrite,
}: WritersOptions): Promise<{ readonly changes: number; readonly refused: number }> {
  const agent = new Agent({ keepAlive: true });
  const tasks: number[] = [];
  let changes = 0;
  let refused = 0;
  const write = async (writer: number) => {
    for (let turn = writer; changes < size && !signal?.aborted; turn++) {
      const made = await act(tasks, random, (method, path, body) => send({ port: ports[turn % ports.length] as number, agent, method, path, body }));
      if (made === 0) refused++;
      changes += made;
      onWrite(changes);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  agent.destroy();
  return { changes, refused };
}

type Send = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;

/** One request, and how many changes of tasks it made. */
async function act(tasks: number[], random: Random, ask: Send): Promise<number> {
  const what = random();
  if (tasks.length < lot / 2 || (what < 0.15 && tasks.length < lot)) return create(tasks, ask);
  const id = pick(random, tasks);
  if (what < 0.25) return remove(tasks, id, ask);
  if (what < 0.35) return severalAtOnce([...tasks], random, ask);
  const { status } = await ask("PATCH", `/api/tasks/${id}`, { priority: Math.floor(random() * 1_000) });
  return status === 200 ? 1 : 0;
}

async function create(tasks: number[], ask: Send): Promise<number> {
  const { status, body } = await ask("POST", "/api/tasks", { title: "raced" });
  if (status !== 201) return 0;
  tasks.push((body as { readonly task: Task }).task.id);
  return 1;
}

async function remove(tasks: number[], id: number, ask: Send): Promise<number> {
  tasks.splice(0, tasks.length, ...tasks.filter((task) => task !== id));
  return (await ask("DELETE", `/api/tasks/${id}`)).status === 204 ? 1 : 0;
}

/** Both halves of the lot in one transaction, in an order of their own; refused as a whole when one of them is gone. */
async function severalAtOnce(tasks: readonly number[], random: Random, ask: Send): Promise<number> {
  const filter = { id: { in: tasks.filter(() => random() < 0.3).slice(0, 8) } };
  if (filter.id.in.length === 0) return 0;
  const operations = [{ op: "update_where", filter, count: filter.id.in.length, change: { assigned_to: `writer ${Math.floor(random() * 100)}` } }];
  return (await ask("POST", "/api/tasks/bulk", { operations })).status === 200 ? filter.id.in.length : 0;
}

interface Sending {
  readonly port: number;
  readonly agent: Agent;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Status 0 where no answer came, after a pause. */
async function send({ port, agent, method, path, body }: Sending): Promise<{ readonly status: number; readonly body: unknown }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    host: "localhost",
    ...(text === undefined ? {} : { "content-type": "application/json" }),
    ...(method === "PATCH" ? { "if-match": "*" } : {}),
  };
  const answer = await new Promise<{ readonly status: number; readonly body: unknown }>((resolve) => {
    const fail = () => resolve({ status: 0, body: undefined });
    const outgoing = request({ host: "127.0.0.1", port, agent, method, path, headers, timeout: waitMs }, (incoming) => {
      const chunks: string[] = [];
      incoming
        .setEncoding("utf8")
        .on("data", (chunk: string) => chunks.push(chunk))
        .on("error", fail);
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: chunks.length > 0 ? JSON.parse(chunks.join("")) : undefined }));
    });
    outgoing.on("error", fail).on("timeout", () => outgoing.destroy());
    outgoing.end(text);
  });
  if (answer.status === 0 || answer.status >= 500) await sleep(pauseMs);
  return answer;
}
