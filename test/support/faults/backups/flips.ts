// FAULT-10, INV-4: one bit flipped anywhere in a backup is found before anything is restored, and the file is named. Every file
// takes its turn, its first and last bytes and others by chance; the manifest, its signature and the catalogue are files too.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { randomOf } from "../../../../bench/load/random.js";
import { ensureIdentity } from "../../../../src/operations/backup/keys.ts";
import { manifestName, signatureName } from "../../../../src/operations/backup/manifest.ts";
import { copyOf, flip, manifestOf } from "./edits.ts";
import { proved } from "./outcome.ts";
import { type Subject, takeOf } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";
import { takeGood } from "./x1.ts";

/** Of a full run, per engine, of the plain and of the encrypted backup each. */
const fullFlips = 300;

export const fault10: BackupFault = async (subject, { seed, runs = fullFlips, signal, tell }) => {
  const plain = await takeGood(subject, signal);
  await tryFlips(subject, { what: "plain", good: plain, flips: runs, seed, signal, tell });
  await ensureIdentity(subject.context); // from here on backups are encrypted
  const sealed = (await takeOf(subject, { isProved: true, signal })).directory;
  await tryFlips(subject, { what: "encrypted", good: sealed, flips: runs, seed, signal, tell });
};

interface Flips {
  readonly what: string;
  readonly good: string;
  readonly flips: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly tell: (tried: Tried) => void;
}

export async function tryFlips(subject: Subject, { what, good, flips, seed, signal, tell }: Flips): Promise<void> {
  const random = randomOf(seed);
  const directory = copyOf(good, join(subject.directory, "flipped"));
  const files = [manifestName, signatureName, ...manifestOf(directory).files.map(({ path }) => path)];
  for (let index = 0; index < flips && !signal.aborted; index++) {
    const path = files[index % files.length] ?? "";
    const round = Math.floor(index / files.length);
    const { length } = readFileSync(join(directory, path));
    const offset = [0, length - 1, 1, length - 2][round] ?? Math.floor(random() * length);
    const bit = Math.floor(random() * 8);
    flip(directory, path, offset, bit);
    tell(await tryFlip(subject, { what: `${what}: ${path}, byte ${offset} of ${length}, bit ${bit}`, directory, path, signal }));
    flip(directory, path, offset, bit);
  }
}

async function tryFlip(
  subject: Subject,
  { what, directory, path, signal }: { readonly what: string; readonly directory: string; readonly path: string; readonly signal: AbortSignal },
): Promise<Tried> {
  const { state, sentences } = await proved(subject, { directory, signal });
  const says = sentences.join("; ");
  const isFound = (state === "FAILED" || state === "refused") && says.includes(path);
  return tried(what, { state, says, complaints: isFound ? [] : [`${state}: ${says}`] });
}
