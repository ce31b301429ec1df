// Whether the house is back by itself, and how long that took: the killed members are new processes, the database takes
// statements, every instance of the application says that it can write, and a write is acknowledged.
import { Agent } from "node:http";
import { systemClock, waitFor } from "../../../src/platform/clock.ts";
import { request } from "../../../src/platform/http.ts";
import { emptyTally, writeOnce } from "../writers.ts";
import { fragile } from "./engines.ts";
import type { Scene } from "./scene.ts";

export interface Recovery {
  /** From the kill until the database took a statement. */
  readonly databaseMs: number | undefined;
  /** From the kill until everything above was true; undefined when it was not in time. */
  readonly readyMs: number | undefined;
}

/** RELIABILITY.md wants 3 s; the rest is air for a busy machine. */
export const readyWithinMs = 30_000;

export async function recover(
  scene: Scene,
  killed: { readonly names: readonly string[]; readonly pids: Readonly<Record<string, number>>; readonly label: string },
): Promise<Recovery> {
  const beganMs = systemClock.monotonicMs();
  const sinceKill = () => Math.round(systemClock.monotonicMs() - beganMs);
  const until = (isTrue: () => Promise<boolean>) =>
    waitFor(systemClock, { withinMs: readyWithinMs - sinceKill(), everyMs: 25 }, async () =>
      (await isTrue().catch(() => false)) ? sinceKill() : undefined,
    );
  await until(() => areRenewed(scene, killed));
  const databaseMs = await until(() => answersStatements(scene));
  let probes = 0;
  const readyMs = await until(async () => (await areReady(scene)) && (await isAcknowledged(scene, `${killed.label} probe ${++probes}`)));
  return { databaseMs, readyMs };
}

async function areRenewed(
  { house }: Scene,
  killed: { readonly names: readonly string[]; readonly pids: Readonly<Record<string, number>> },
): Promise<boolean> {
  const pids = await house.pids();
  return killed.names.every((name) => pids[name] !== undefined && pids[name] !== killed.pids[name]);
}

async function answersStatements(scene: Scene): Promise<boolean> {
  await using session = await scene.look();
  await fragile[scene.engine].connections(session, scene.role);
  return true;
}

async function areReady({ sockets }: Scene): Promise<boolean> {
  const answers = await Promise.all(sockets.map((socketPath) => request({ socketPath, method: "GET", path: "/readyz", timeoutMs: 5_000 })));
  return answers.every(({ status }) => status === 200);
}

async function isAcknowledged({ house, log }: Scene, title: string): Promise<boolean> {
  const agent = new Agent({ keepAlive: false });
  return writeOnce({ port: house.port, log, tally: emptyTally() }, agent, title);
}

/** Sessions that a killed client left inside a transaction, once `withinMs` have passed; 0 as soon as there are none. */
export async function stuckTransactions(scene: Scene, withinMs: number): Promise<number> {
  const { idleInTransaction } = fragile[scene.engine];
  await using session = await scene.look();
  const none = await waitFor(systemClock, { withinMs, everyMs: 250 }, async () =>
    (await idleInTransaction(session, scene.role)) === 0 ? 0 : undefined,
  );
  return none ?? idleInTransaction(session, scene.role);
}

/** True once `rowhouse status` finds every tier up. */
export async function isStatusGreen({ house }: Scene): Promise<boolean> {
  const seen = await waitFor(systemClock, { withinMs: readyWithinMs, everyMs: 500 }, async () =>
    (await house.run("status", "--json")).exitCode === 0 ? true : undefined,
  );
  return seen === true;
}
