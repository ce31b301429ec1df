// One operation, one lock: a file that names its owner (pid, start time, boot, host). A live owner's lock is never taken;
// a dead one's is taken over. Looking and replacing happen under a mutex that the kernel frees when its holder dies (a
// socket in the abstract namespace, unix(7)), so two starters cannot both take over the same stale lock.
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { Problem } from "../foundation/problem.ts";
import type { Clock } from "./clock.ts";
import { ensureDirectory, readIfThere, remove, writeFileAtomic } from "./files.ts";
import { ensureSecret } from "./secrets.ts";
import { identify, isAlive, type ProcessIdentity } from "./identity.ts";

export interface LockOwner extends ProcessIdentity {
  readonly operation: string;
  /** RFC 3339, UTC. */
  readonly since: string;
}

/** Takes the lock at `path`, or throws RH-LOCK-001 that names its owner. Held until disposed, or until this process dies. */
export async function takeLock(options: { readonly path: string; readonly operation: string; readonly clock: Clock }): Promise<AsyncDisposable> {
  const self = await identify(process.pid);
  if (!self) throw new Error("no identity of this process in /proc");
  const owner: LockOwner = { ...self, operation: options.operation, since: options.clock.now().toISOString() };
  await ensureDirectory(dirname(options.path));
  await using _mutex = await kernelMutex(options.path, options.clock);
  const holder = await readOwner(options.path);
  if (holder && (await isAlive(holder))) throw lockedBy(holder);
  await writeFileAtomic(options.path, JSON.stringify(owner));
  return { [Symbol.asyncDispose]: () => release(options.path, owner) };
}

/** Who holds the lock at `path` now, undefined when nobody alive does. */
export async function lockOwner(path: string): Promise<LockOwner | undefined> {
  const holder = await readOwner(path);
  return holder && (await isAlive(holder)) ? holder : undefined;
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as LockOwner;
  } catch {
    return undefined; // not written by us whole: nobody can own it
  }
}

async function release(path: string, owner: LockOwner): Promise<void> {
  const holder = await readOwner(path);
  if (holder?.pid === owner.pid && holder.startTicks === owner.startTicks && holder.since === owner.since) await remove(path);
}

async function kernelMutex(path: string, clock: Clock): Promise<AsyncDisposable> {
  const token = await ensureSecret(dirname(path), ".mutex"); // in a directory of ours, so that others cannot take the name first
  const name = `\0rowhouse-${createHash("sha256").update(path).update(token.reveal()).digest("hex").slice(0, 40)}`;
  for (let attempt = 0; attempt < 200; attempt++) {
    const server = await listenOn(name);
    if (server) return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
    await clock.sleep(10);
  }
  throw new Problem("RH-LOCK-001", `the lock ${path} is being looked at by another process for over 2 s`, { hint: "Try again." });
}

async function listenOn(name: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(undefined));
    server.listen({ path: name }, () => resolve(server));
  });
}

function lockedBy(holder: LockOwner): Problem {
  return new Problem("RH-LOCK-001", `locked by pid ${holder.pid} on ${holder.host} (${holder.operation}) since ${holder.since}`, {
    hint: `Wait for it, or look at it: ps -fp ${holder.pid}`,
  });
}
