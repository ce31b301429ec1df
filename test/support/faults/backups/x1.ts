// X1: every mutant of a good backup is found and named, and backups that were taken while writers ran are all proved, with
// the books right in each copy (J6).
import { join } from "node:path";
import type { ConnectionOptions } from "../../../../src/drivers/driver.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import type { Keyring } from "../../../../src/operations/backup/keys.ts";
import { newSigningPem, signingKey } from "../../../../src/operations/backup/sign.ts";
import type { Proof } from "../../../../src/operations/backup/prove.ts";
import { startWriters } from "./book-writers.ts";
import { dialects, wrongIn } from "./books.ts";
import { copyOf, signAgain } from "./edits.ts";
import { fittedMutants, furtherMutants, type Mutant, mutants, unsignedMutants } from "./mutants.ts";
import { proved, sentencesOf } from "./outcome.ts";
import { prove, type Subject, takeOf } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

const fullRuns = 20;

export const x1: BackupFault = async (subject, { seed, runs = fullRuns, signal, tell }) => {
  const good = await takeGood(subject, signal);
  for (const mutant of [...mutants, ...fittedMutants, ...unsignedMutants, ...furtherMutants]) {
    if (signal.aborted) return;
    tell(await tryMutant(subject, { good, mutant, signal }));
  }
  for (let run = 0; run < runs && !signal.aborted; run++) tell(await tryUnderWriters(subject, { seed: seed + run, signal }));
};

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
  const keyring = mutant.isOfAnotherMachine ? { keyring: stranger() } : {};
  const { state, sentences } = await proved(subject, { directory, signal, onRestored, ...keyring });
  const says = sentences.join("; ");
  const isFound = isMade && state === mutant.state && sentences.some((one) => mutant.says.test(one));
  const complaints = isFound ? [] : [`${state}, wanted ${mutant.state} and ${mutant.says}: ${says}`];
  return tried(mutant.title, { state, says, complaints });
}

/** Keys of a machine that has nothing to do with ours. */
function stranger(): Keyring {
  return { signers: [signingKey(newSigningPem())], identities: [] };
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
