// A foreign script gone through from its first byte to its end, twice: once to see that it is whole and that nothing in it is refused,
// once to run it. Each statement is judged both times, so that what is run is what was seen; a file that changed in between is refused.
import { createHash, type Hash } from "node:crypto";
import type { ForeignSession } from "../../drivers/driver.ts";
import type { Tool } from "../../engines/backup.ts";
import type { Engine } from "../../engines/engine.ts";
import type { ForeignPart } from "../../engines/foreign.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes, formatDuration } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { type ForeignFile, scriptOf } from "./foreign-file.ts";

export interface Pass {
  readonly file: ForeignFile;
  readonly engine: Engine;
  readonly tools: readonly Tool[];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

export interface Passed {
  readonly statements: number;
  readonly bytes: number;
  /** Of what is run: archives are printed with other marks each time. */
  readonly sha256: string;
  /** What was left out or done otherwise, with the number of statements. */
  readonly told: ReadonlyMap<string, number>;
}

/** Throws RH-BACKUP-003 for a script that is cut, RH-BACKUP-020 with the line for what is refused; with `run`, also for what the server refuses. */
export async function goThrough(context: Context, pass: Pass, run?: ForeignSession): Promise<Passed> {
  const { file, engine, signal } = pass;
  const hash = createHash("sha256");
  const told = new Map<string, number>();
  let [statements, bytes] = [0, 0];
  const onRead = progressOf(context, pass, run ? "running" : "reading");
  const script = (async function* () {
    for await (const piece of scriptOf(context, file, { ...pass, onRead })) {
      bytes += piece.length;
      yield piece;
    }
  })();
  const judge = engine.foreign.judge();
  for await (const part of engine.foreign.read(script)) {
    signal.throwIfAborted();
    const judgement = judge(part);
    if (judgement.act === "refuse") throw notRun(part, judgement.because);
    if (judgement.told !== undefined) told.set(judgement.told, (told.get(judgement.told) ?? 0) + 1);
    if (judgement.act === "leave out") continue;
    statements++;
    const own = { ...part, text: judgement.text, ...(part.rows ? { rows: hashed(part.rows, hash) } : {}) };
    hash.update(own.text).update("\0");
    if (run) await runOne(run, own, signal);
    else if (own.rows) for await (const _ of own.rows);
  }
  return { statements, bytes, sha256: hash.digest("hex"), told };
}

async function* hashed(pieces: AsyncIterable<Uint8Array>, hash: Hash): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

async function runOne(session: ForeignSession, part: ForeignPart, signal: AbortSignal): Promise<void> {
  try {
    const { warnings } = await session.send(part.text, { rows: part.rows, signal });
    if (warnings.length > 0 && /^(?:insert|replace)\b/i.test(beginning(part.text)))
      throw new Problem("RH-DATA-005", `${warnings.length} values do not fit, and would be changed: ${warnings[0]}`);
  } catch (thrown) {
    if (thrown instanceof Problem && !/^RH-(?:CONN|BACKUP|USE)-/.test(thrown.code)) throw notRun(part, thrown.message, thrown);
    throw thrown;
  }
}

const shownLetters = 100;

function notRun({ line, text }: Pick<ForeignPart, "line" | "text">, because: string, cause?: Problem): Problem {
  return new Problem("RH-BACKUP-020", `line ${line}: ${because}; it begins: ${beginning(text)}`, {
    cause,
    hint: "Nothing was restored, and the server was not touched. Take it out of the dump, or dump without it.",
  });
}

function beginning(text: Buffer): string {
  return text
    .toString("utf8", 0, shownLetters * 4)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, shownLetters);
}

/** `reading 12 MB of 845 MB, 14 s left`, of the file's own bytes. */
function progressOf({ clock }: Context, { file, onProgress }: Pass, doing: string): (bytes: number) => void {
  const began = clock.monotonicMs();
  return (bytes) => {
    const tookMs = clock.monotonicMs() - began;
    const left = tookMs < 1_000 || bytes === 0 ? "" : `, ${formatDuration((tookMs * Math.max(0, file.bytes - bytes)) / bytes)} left`;
    onProgress(`${doing} ${formatBytes(bytes)} of ${formatBytes(file.bytes)}${left}`);
  };
}
