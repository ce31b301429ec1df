// X1: every mutant of a good backup, encrypted and not, is found and named, and backups that were taken while writers ran are
// all proved, with the books right in each copy (J6).
import { join } from "node:path";
import type { ConnectionOptions } from "../../../../src/drivers/driver.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { ensureIdentity, ownKeyring } from "../../../../src/operations/backup/keys.ts";
import type { Proof } from "../../../../src/operations/backup/prove.ts";
import { startWriters } from "./book-writers.ts";
import { dialects, wrongIn } from "./books.ts";
import { copyOf, signAgain } from "./edits.ts";
import { fittedMutants, furtherMutants, type Mutant, mutants, sealedMutants, unsignedMutants } from "./mutants.ts";
import { proved, sentencesOf } from "./outcome.ts";
import { prove, type Subject, takeOf } from "./subject.ts";
import { type BackupFault, type FaultOptions, type Tried, tried } from "./tried.ts";

const fullRuns = 20;

export const x1: BackupFault = async (subject, options) => {
  const { runs = fullRuns, seed, signal, tell } = options;
  const takeSome = async (from: number, to: number) => {
    for (let run = from; run < to && !signal.aborted; run++) tell(await tryUnderWriters(subject, { seed: seed + run, signal }));
  };
  await tryAll(subject, [...mutants, ...fittedMutants, ...unsignedMutants, ...furtherMutants], options);
  await takeSome(0, Math.floor(runs / 2));
  await ensureIdentity(subject.context); // from here on backups are encrypted
  await tryAll(subject, sealedMutants, options);
  await takeSome(Math.floor(runs / 2), runs);
};

async function tryAll(subject: Subject, all: readonly Mutant[], { signal, tell }: FaultOptions): Promise<void> {
  const good = await takeGood(subject, signal);
  for (const mutant of all) {
    if (signal.aborted) return;
    tell(await tryMutant(subject, { good, mutant, signal }));
  }
}

/** A backup taken while nobody writes, of books in which one counter is ahead of its table. */
export async function takeGood(subject: Subject, signal: AbortSignal): Promise<string> {
  await using session = await subject.look();
  await session.run(sql`insert into numbered_1 (note) values ('gone')`);
  await session.run(sql`delete from numbered_1 where note = 'gone'`);
  for (const draw of dialects[subject.name].draw) await session.all(draw);
  const backup = await takeOf(subject, { isProved: true, signal });
  if (backup.state !== "PROVED") throw new Error(`the good backup is ${backup.state}: ${JSON.stringify(backup.verdict)}`);
  return backup.directory;
}

export async function tryMutant(
  subject: Subject,
  options: { readonly good: string; readonly mutant: Mutant; readonly signal: AbortSignal },
): Promise<Tried> {
  const { good, mutant, signal } = options;
  const directory = copyOf(good, join(subject.directory, "mutant"));
  mutant.onFiles?.(directory, subject.name);
  if (mutant.isSignedAgain) await signAgain(subject.context, directory);
  let isMade = mutant.onCopy === undefined;
  const onRestored = async (login: ConnectionOptions) => {
    await using session = await subject.engine.driver.connect(login);
    for (const statement of mutant.onCopy?.[subject.name] ?? []) await session.run(statement);
    isMade = true;
  };
  const keyring = await mutant.keyring?.(await ownKeyring(subject.context));
  const { state, sentences } = await proved(subject, { directory, signal, onRestored, ...(keyring ? { keyring } : {}) });
  const says = sentences.join("; ");
  const isFound = isMade && state === mutant.state && sentences.some((one) => mutant.says.test(one));
  const complaints = isFound ? [] : [`${state}, wanted ${mutant.state} and ${mutant.says}: ${says}`];
  return tried(mutant.title, { state, says, complaints });
}

/** Takes and proves while clients write; the copy is looked at by its books too. */
export async function tryUnderWriters(subject: Subject, options: { readonly seed: number; readonly signal: AbortSignal }): Promise<Tried> {
  const { seed, signal } = options;
  const writers = startWriters(subject, { seed, writers: 2 + (seed % 5) });
  let wrong: readonly string[] = ["the copy was not looked at"];
  let proof: Proof;
  try {
    const { directory } = await takeOf(subject, { isProved: false, signal });
    const onRestored = async (login: ConnectionOptions) => {
      await using session = await subject.engine.driver.connect({ ...login, statementTimeoutMs: 120_000 });
      wrong = await wrongIn(session);
    };
    proof = await prove(subject, { directory, signal, onRestored });
  } finally {
    await writers[Symbol.asyncDispose]();
  }
  const { committed, rolledBack } = writers.tally;
  const complaints = [
    ...(proof.state === "PROVED" ? [] : [`${proof.state}: ${saidBy(proof)}`]),
    ...wrong,
    ...(committed > 20 ? [] : [`only ${committed} transactions were written meanwhile`]),
  ];
  const what = `clean, under writers, seed ${seed}: ${committed} committed, ${rolledBack} rolled back`;
  return tried(what, { state: proof.state, says: saidBy(proof), complaints });
}

export function saidBy(proof: Proof): string {
  return sentencesOf(proof).join("; ");
}
