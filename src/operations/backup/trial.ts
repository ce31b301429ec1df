// A backup tried on a throw-away server that holds nothing yet: restored by the engine's own tools, compared with what the manifest
// says of the original, and written into.
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import type { Survey, TableName, Tool } from "../../engines/backup.ts";
import type { Engine } from "../../engines/engine.ts";
import { type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { wasKilled } from "../../platform/processes.ts";
import { compareCopy } from "./compare.ts";
import type { Catalogue, DatabaseManifest } from "./manifest.ts";
import type { Throwaway } from "./throwaway.ts";

export interface TrialOptions {
  readonly engine: Engine;
  /** Of the backup's plain files. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Whose rows are compared; those of all tables unless given. */
  readonly sampled?: readonly TableName[] | undefined;
  /** Called with the administrator's login to the copy before it is compared, for whoever wants to look at it, or to break it. */
  readonly onRestored?: (login: ConnectionOptions) => Promise<void>;
}

export interface Trial {
  readonly context: Context;
  readonly options: TrialOptions;
  readonly tools: readonly Tool[];
  readonly manifest: DatabaseManifest;
  readonly catalogue: Catalogue;
  readonly survey: Survey;
  readonly server: Throwaway;
}

export async function tryCopy(trial: Trial): Promise<Verdict> {
  const { options, manifest, server } = trial;
  const login = options.engine.server.administrator(server.place, manifest.database.name);
  const restored = await restoreInto(trial);
  if (restored.state !== "sound") return restored;
  await options.onRestored?.(login);
  await using session = await options.engine.driver.connect({ ...login, statementTimeoutMs: dayMs });
  const compared = await compareCopy(
    trial.context,
    { ...trial, engine: options.engine, sampled: options.sampled, onProgress: options.onProgress },
    session,
  );
  if (compared.state !== "sound") return compared;
  const { verdict: wrote } = await write(trial, session);
  return wrote.state === "sound" ? { state: "sound", evidence: [restored, compared, wrote].flatMap(({ evidence }) => evidence) } : wrote;
}

/** Evidence turns faulty when the engine's own tools meet any error; that one of them was killed or its disk is full is unknown. */
export async function restoreInto(trial: Trial): Promise<Verdict> {
  const { context, options, manifest, tools, survey, server } = trial;
  const began = context.clock.monotonicMs();
  options.onProgress("restoring");
  const { directory, signal, onProgress } = options;
  const { place, secretsDirectory } = server;
  try {
    await options.engine.backup.restore(context, {
      kind: manifest.kind,
      survey,
      tools,
      place,
      directory,
      secretsDirectory,
      tables: manifest.tables,
      signal,
      onProgress,
    });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || /^RH-(USE-002|BUG-001|FILE-|CONN-|SRV-002)/.test(thrown.code)) throw thrown;
    if (wasKilled(thrown) || (await server.isGone())) throw thrown;
    const mend = "Mend what it names in the database, then take another backup.";
    return verdictOf([], [{ subject: "restore", seen: thrown.message, mend }]);
  }
  const seen = `into a throw-away ${options.engine.title} ${place.installation.version}, removed afterwards`;
  return verdictOf([{ subject: "restored", seen, tookMs: context.clock.monotonicMs() - began }], []);
}

export interface Wrote {
  readonly verdict: Verdict;
  /** First writes. */
  readonly tried: number;
}

/** Evidence turns faulty when a key takes a row twice or a counter gives a number that is taken. */
export async function write(trial: Trial, session: Session): Promise<Wrote> {
  const { context, options, manifest } = trial;
  const began = context.clock.monotonicMs();
  options.onProgress("writing into the copy");
  const { tried, findings } = await options.engine.backup.tryWrites(session, { tables: manifest.tables, counters: [], objects: [] });
  const seen = wroteText(tried);
  const mend = "Mend it in the database that the backup is of, then take another.";
  const evidence = { subject: "wrote", seen, tookMs: context.clock.monotonicMs() - began };
  const verdict = verdictOf(
    findings.length === 0 ? [evidence] : [],
    findings.map((found) => ({ ...found, mend })),
  );
  return { verdict, tried };
}

export function wroteText(tried: number): string {
  return `${tried} first writes: keys refuse doubles, counters give what is free`;
}
