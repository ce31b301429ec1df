// Encryption as age writes it, each file by itself and in pieces, so that `age -d` opens a backup without us. What was changed or
// cut is found by the format's own authentication before the last piece is given out.
// Source: age-encryption.org/v1, github.com/FiloSottile/typage
import { createReadStream } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Decrypter, Encrypter } from "age-encryption";
import { Problem } from "../../foundation/problem.ts";
import type { Secret } from "../../foundation/secret.ts";
import { ensureDirectory, remove } from "../../platform/files.ts";
import { writeNew } from "../../platform/trees.ts";
import { emptyDirectoriesBelow, filesBelow } from "./store.ts";

/** What a file's name ends in when it is encrypted. */
export const sealedEnd = ".age";

export interface Sealing {
  readonly from: string;
  readonly to: string;
  readonly signal: AbortSignal;
}

const pieceBytes = 262_144;

/** Encrypts a file into a tree that counts only once it is whole. */
export async function sealFile({ from, to, signal, recipient }: Sealing & { readonly recipient: string }): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  await ensureDirectory(dirname(to));
  await writeNew(to, pieces(await encrypter.encrypt(streamOf(from)), signal));
}

/** Decrypts a file. Throws RH-BACKUP-004 when no identity fits, and RH-BACKUP-003 when it was changed: then nothing stays at `to`. */
export async function unsealFile({ from, to, signal, identities }: Sealing & { readonly identities: readonly Secret[] }): Promise<void> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity.reveal());
  await ensureDirectory(dirname(to));
  try {
    await writeNew(to, pieces(await decrypter.decrypt(streamOf(from)), signal));
  } catch (thrown) {
    await remove(to);
    signal.throwIfAborted();
    throw thrown instanceof Problem && thrown.code === "RH-FILE-002" ? thrown : notOpened(from, thrown);
  }
}

function notOpened(path: string, thrown: unknown): Problem {
  const reasons = [thrown, thrown instanceof Error ? thrown.cause : undefined].map((one) => (one instanceof Error ? one.message : "")).join(" ");
  if (reasons.includes("no identity matched"))
    return new Problem("RH-BACKUP-004", `none of the keys here opens ${path}`, {
      cause: thrown,
      hint: "It was encrypted to another key: go on with the recovery kit of that machine: `rowhouse backup kit --use FILE`.",
    });
  return new Problem("RH-BACKUP-003", `${path} does not open: it is not what was encrypted`, { cause: thrown, hint: "Use another backup." });
}

/** Names without the ending, which the plain files have. */
export function plainPath(path: string): string {
  return path.endsWith(sealedEnd) ? path.slice(0, -sealedEnd.length) : path;
}

/** Encrypts all files of a tree into another one, with the ending added; what is empty there is empty here. */
export async function sealTree({ from, to, recipient, signal }: Sealing & { readonly recipient: string }): Promise<void> {
  for (const path of await emptyDirectoriesBelow(from)) await ensureDirectories(to, path);
  for (const path of await filesBelow(from)) {
    await ensureDirectories(to, dirname(path));
    await sealFile({ from: join(from, path), to: join(to, `${path}${sealedEnd}`), recipient, signal });
  }
}

/** Each is ours alone from its first moment: made as the parent of another it would not be. */
async function ensureDirectories(root: string, path: string): Promise<void> {
  const parts = path.split("/");
  for (let depth = 1; depth <= parts.length; depth++) await ensureDirectory(join(root, ...parts.slice(0, depth)));
}

function streamOf(path: string): globalThis.ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path, { highWaterMark: pieceBytes })) as globalThis.ReadableStream<Uint8Array>;
}

async function* pieces(stream: globalThis.ReadableStream<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  for await (const piece of stream as ReadableStream<Uint8Array>) {
    signal.throwIfAborted();
    yield piece;
  }
}
