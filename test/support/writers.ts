// Clients that write tasks through the proxy while something goes wrong. Each attempt is logged before it is sent and each
// acknowledged answer after it came, outside the house. A storm repeats nothing: what was not acknowledged stays unknown, until it
// is sent again under its own Idempotency-Key when the house is back. A client that is told 503 pauses for a tenth of the second that Retry-After asks for: harder on the house than a polite one, and
// still with writes to make when it is back.
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { WriteLog } from "./faults/write-log.ts";

export interface StormOptions {
  /** Of the proxy, on loopback. */
  readonly port: number;
  readonly clients: number;
  readonly writesEach: number;
  /** What the titles of this storm begin with; no other storm in the house has it. */
  readonly label: string;
  readonly log: WriteLog;
  readonly tally: Tally;
  readonly signal?: AbortSignal;
}

/** Counts that can be looked at while the storm goes on. */
export interface Tally {
  attempted: number;
  acknowledged: number;
  longestMs: number;
  /** Answers that say "not now" as they should, by their code. */
  readonly unavailable: Record<string, number>;
  /** Answers that nothing excuses, by what they were. */
  readonly wrong: Record<string, number>;
}

/** No answer may take longer, whatever happens behind it. */
const answerWithinMs = 5_000;
const pauseMs = 100;
const clientsAgain = 8;
const attemptsAgain = 50;

export function emptyTally(): Tally {
  return { attempted: 0, acknowledged: 0, longestMs: 0, unavailable: {}, wrong: {} };
}

/** Resolves when every client has made its writes, or at the next answer after `signal` was aborted. */
export async function storm(options: StormOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const clients = Array.from({ length: options.clients }, (_, client) => writeAll(options, agent, client + 1));
  try {
    await Promise.all(clients);
  } finally {
    agent.destroy();
  }
}

/** Sends each of the writes again until it is acknowledged, under the key that it had; those that never were stay as they are. */
export async function writeAgain(options: Pick<StormOptions, "port" | "log" | "tally">, titles: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: clientsAgain });
  const open = [...titles];
  const one = async () => {
    for (let title = open.pop(); title !== undefined; title = open.pop()) {
      for (let attempt = 1; attempt <= attemptsAgain && !(await writeOnce(options, agent, title)); attempt++) await sleep(pauseMs);
    }
  };
  try {
    await Promise.all(Array.from({ length: clientsAgain }, one));
  } finally {
    agent.destroy();
  }
}

async function writeAll(options: StormOptions, agent: Agent, client: number): Promise<void> {
  for (let write = 1; write <= options.writesEach && !options.signal?.aborted; write++) {
    const isAcknowledged = await writeOnce(options, agent, `${options.label} ${client}.${write}`);
    if (!isAcknowledged) await sleep(pauseMs);
  }
}

/** True when the write was acknowledged; everything else is in the tally. */
export async function writeOnce(options: Pick<StormOptions, "port" | "log" | "tally">, agent: Agent, title: string): Promise<boolean> {
  const { log, tally } = options;
  log.attempt(title);
  tally.attempted++;
  const beganMs = performance.now();
  const answer = await post(options.port, agent, title);
  tally.longestMs = Math.max(tally.longestMs, Math.round(performance.now() - beganMs));
  const id = answer.status === 201 ? acknowledgedId(answer.body, title) : undefined;
  if (id === undefined) {
    count(answer.isExpected ? tally.unavailable : tally.wrong, answer.seen);
    return false;
  }
  log.acknowledge(title, id);
  tally.acknowledged++;
  return true;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function acknowledgedId(body: string, title: string): number | undefined {
  const { task } = documentIn(body) as { task?: { id?: unknown; title?: unknown } };
  return typeof task?.id === "number" && task.title === title ? task.id : undefined;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** True for 503 with Retry-After and for 504; the proxy is alive, so a broken connection is never excused. */
  readonly isExpected: boolean;
  readonly seen: string;
}

function post(port: number, agent: Agent, title: string): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (seen: string) => resolve({ status: 0, body: "", isExpected: false, seen });
    const headers = { host: "localhost", "content-type": "application/json", "idempotency-key": encodeURIComponent(title) };
    const outgoing = request({ host: "127.0.0.1", port, method: "POST", path: "/api/tasks", agent, headers });
    const timer = setTimeout(() => {
      failed(`no answer within ${answerWithinMs} ms`);
      outgoing.destroy();
    }, answerWithinMs);
    outgoing.once("close", () => clearTimeout(timer));
    outgoing.once("error", (cause: NodeJS.ErrnoException) => failed(`broken connection: ${cause.code ?? cause.message}`));
    outgoing.once("response", (incoming) => {
      incoming.once("error", (cause: NodeJS.ErrnoException) => failed(`broken answer: ${cause.code ?? cause.message}`));
      void textOf(incoming).then(
        (body) => resolve(answerOf(incoming, body)),
        () => undefined,
      ); // the line above has told it
    });
    outgoing.end(JSON.stringify({ title }));
  });
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function answerOf({ statusCode: status = 0, headers }: IncomingMessage, body: string): Answer {
  const { code } = documentIn(body) as { code?: unknown };
  const lacksRetry = status === 503 && headers["retry-after"] === undefined;
  const seen = `${status} ${typeof code === "string" ? code : body.slice(0, 80)}${lacksRetry ? " without Retry-After" : ""}`;
  return { status, body, isExpected: (status === 503 && !lacksRetry) || status === 504, seen };
}

function documentIn(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
