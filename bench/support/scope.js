// What a bench opens is closed in reverse order, however the bench ends. (Node 20 runs no `await using` in plain JavaScript.)
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { findOwners, missingUsers } from "../../dist/operations/stack/places.js";
import { silentLog } from "../../dist/platform/log.js";
import { systemClock } from "../../dist/platform/clock.js";

/** @typedef {(close: () => Promise<unknown>) => void} Later */

export const context = { clock: systemClock, log: silentLog, environment: process.env };

/**
 * @template T
 * @param {(later: Later) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inScope(work) {
  const endings = [];
  try {
    return await work((close) => endings.push(close));
  } finally {
    for (const close of endings.reverse()) await close().catch((thrown) => console.error(`left behind: ${thrown.message}`));
  }
}

/** A directory that the tiers' users can pass through, removed at the end. @param {Later} later */
export async function temporaryDirectory(later) {
  const directory = await mkdtemp("/tmp/rowhouse-bench-");
  later(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  await chmod(directory, 0o755);
  return directory;
}

/** The tiers' system users when we are root and `up` has made them, so that peers run as what they are compared with. */
export async function owners() {
  return (await missingUsers()).length === 0 ? findOwners() : undefined;
}
