// The logs of the tiers, wherever each of them keeps its own.
import { basename, join } from "node:path";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { namesIn, readTail, rotateLog, statIfThere } from "../../platform/files.ts";
import type { House } from "./house.ts";
import { placesOf, webRun } from "./places.ts";

export interface LogFile {
  readonly tier: string;
  readonly path: string;
}

const tiers = ["proxy", "app", "database", "serve"] as const;

/** The log files of a house, those of one tier when it is named. Throws RH-USE-001 for a tier there is not. */
export async function logFiles(context: Context, house: House, tier?: string): Promise<readonly LogFile[]> {
  if (tier !== undefined && !tiers.some((known) => known === tier)) {
    throw new Problem("RH-USE-001", `there is no tier "${tier}"`, { hint: `One of: ${tiers.join(", ")}.` });
  }
  const places = placesOf(context, house.directory);
  const names = (await namesIn(places.logs)).filter((name) => name.endsWith(".log"));
  const files = names.map((name) => ({ tier: name.replace(/(-\d+)?\.log$/, ""), path: join(places.logs, name) }));
  const access = (await namesIn(webRun(places))).includes("access.log") ? [{ tier: "proxy", path: join(webRun(places), "access.log") }] : [];
  return [...access, ...files].filter((file) => tier === undefined || file.tier === tier);
}

const logLimitBytes = 100_000_000;

/** Cuts the logs that grew over 100 MB; one earlier part of each is kept. */
export async function rotateLogs(context: Context, house: House): Promise<void> {
  const { logs } = placesOf(context, house.directory);
  for (const { path } of await logFiles(context, house))
    await rotateLog({ path, keepAs: join(logs, `${basename(path)}.1`), limitBytes: logLimitBytes });
}

const searchedBytes = 4_000_000;

/** The last lines of a log file that contain `text`, when it is given. */
export async function lastLines(file: LogFile, options: { readonly lines: number; readonly text?: string | undefined }): Promise<readonly string[]> {
  const tail = await readTail(file.path, searchedBytes);
  const lines = tail.split("\n").filter((line) => line !== "" && (options.text === undefined || line.includes(options.text)));
  return lines.slice(-options.lines);
}

export interface Reach {
  /** Of its end, which is what is looked through. */
  readonly bytes: number;
  readonly size: number;
  /** The first moment that a line there names, as it is written. */
  readonly since?: string;
}

/** How far back `lastLines` looks. */
export async function reachOf({ path }: LogFile): Promise<Reach> {
  const size = Number((await statIfThere(path))?.size ?? 0);
  const [since] = /\d{4}[-/]\d\d[-/]\d\d[T ]+\d?\d:\d\d:\d\d/.exec(await readTail(path, searchedBytes)) ?? [];
  return { bytes: Math.min(size, searchedBytes), size, ...(since === undefined ? {} : { since }) };
}
