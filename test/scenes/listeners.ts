// LOAD-3's share: one instance with as many listeners as it takes, beside 200 connections that read and write. Every listener is
// told every change; one more listener is refused, a request is not; memory and descriptors stay within bounds, and when all have
// left there are as many descriptors as before.
import { readdir, readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { startDatabase } from "../app/support.ts";
import { liveLimits } from "../../src/app/live/limits.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { startAppProcess } from "../support/app-process.ts";
import { randomOf } from "../../bench/load/random.js";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const fullSize = 10_000;
const connections = 200;
const writeShare = 0.03;
const settleMs = 60_000;
const limitMb = 300;
/** Connections to the database and the like may come and go. */
const spareDescriptors = 20;

export async function run({ engine, seed, size = fullSize, signal, print }: SceneOptions): Promise<SceneResult> {
  await using database = await startDatabase(engine);
  await using app = await startAppProcess(database, "app-1");
  const found: string[] = [];
  const before = await descriptorsOf(app.pid());
  const listeners = await listenersAt(app.port, liveLimits.listeners);
  await until(() => listeners.every(({ isReady }) => isReady()));
  const refused = await statusOf(app.port, "/api/events");
  if (refused !== 429) found.push(`one listener more than ${liveLimits.listeners} was answered ${refused}, not 429`);
  const most = { descriptors: 0, residentMb: 0 };
  const look = async () => {
    most.descriptors = Math.max(most.descriptors, await descriptorsOf(app.pid()));
    most.residentMb = Math.max(most.residentMb, await residentMbOf(app.pid()));
  };
  const { answers, changes } = await keepBusy({ port: app.port, size, random: randomOf(seed), signal, look });
  await until(() => listeners.every(({ changesTold }) => changesTold() >= changes));
  const wrong = listeners.filter(({ changesTold }) => changesTold() !== changes).length;
  if (wrong > 0) found.push(`${wrong} listeners were not told the ${changes} changes, each once`);
  for (const [status, count] of Object.entries(answers)) if (!/^20[01]$/.test(status)) found.push(`${count} requests were answered ${status}`);
  for (const listener of listeners) listener.leave();
  await waitFor(
    systemClock,
    { withinMs: settleMs, everyMs: 100 },
    async () => (await descriptorsOf(app.pid())) <= before + spareDescriptors || undefined,
  );
  const after = await descriptorsOf(app.pid());
  if (after > before + spareDescriptors) found.push(`${after} descriptors are open after all have left, ${before} were before`);
  if (most.residentMb > limitMb) found.push(`the instance took ${most.residentMb} MB, more than ${limitMb}`);
  const residentMbAfter = await residentMbOf(app.pid());
  print(`${listeners.length} listeners, ${connections} connections: at most ${most.residentMb} MB and ${most.descriptors} descriptors`);
  return { N: size, found, changes, listeners: listeners.length, connections, most, descriptors: { before, after }, residentMbAfter };
}

interface Listener {
  isReady(): boolean;
  changesTold(): number;
  leave(): void;
}

/** A few at a time: the kernel's queue of connections to accept is short. */
async function listenersAt(port: number, count: number): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  while (listeners.length < count)
    listeners.push(...(await Promise.all(Array.from({ length: Math.min(50, count - listeners.length) }, () => listener(port)))));
  return listeners;
}

async function listener(port: number): Promise<Listener> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(port, "127.0.0.1", () => resolve(opened)).once("error", reject);
  });
  const counts = { ready: 0, change: 0 };
  let rest = "";
  socket.setEncoding("utf8").on("error", () => undefined);
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "event: ready") counts.ready++;
      else if (line.startsWith("event: ")) counts.change++;
    }
  });
  socket.write("GET /api/events HTTP/1.1\r\nhost: localhost\r\n\r\n");
  return { isReady: () => counts.ready === 1, changesTold: () => counts.change, leave: () => socket.destroy() };
}

interface Busy {
  readonly port: number;
  readonly size: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly look: () => Promise<void>;
}

/** So many requests over connections that stay open, most of them reads. */
async function keepBusy({ port, size, random, signal, look }: Busy) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: Record<string, number> = {};
  let sent = 0;
  let changes = 0;
  const client = async () => {
    while (sent < size && !signal.aborted) {
      if (sent++ % 500 === 0) await look();
      const isWrite = random() < writeShare;
      const status = await (isWrite
        ? statusOf(port, "/api/tasks", { agent, body: '{"title":"told to all"}' })
        : statusOf(port, "/api/tasks?limit=20", { agent }));
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 201) changes++;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  await look();
  agent.destroy();
  return { answers, changes };
}

/** 0 where no answer came. */
function statusOf(port: number, path: string, { agent, body }: { readonly agent?: Agent; readonly body?: string } = {}): Promise<number> {
  return new Promise((resolve) => {
    const headers = { host: "localhost", ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const outgoing = request(
      { host: "127.0.0.1", port, path, method: body === undefined ? "GET" : "POST", headers, ...(agent ? { agent } : {}) },
      (incoming) => {
        incoming.resume().once("close", () => resolve(incoming.statusCode ?? 0));
      },
    );
    outgoing.once("error", () => resolve(0)).end(body);
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  await waitFor(systemClock, { withinMs: settleMs, everyMs: 50 }, async () => isTrue() || undefined);
}

async function descriptorsOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

async function residentMbOf(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1_024);
}
