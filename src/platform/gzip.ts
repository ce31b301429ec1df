// What is packed with gzip, as pieces that are made while somebody reads them: whoever reads gets the failure, and before that
// nothing is opened that could fail with nobody listening, which would end the process.
import { createReadStream } from "node:fs";
import { once } from "node:events";
import { Readable, type Transform } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";

const chunkSize = 256 * 1024;
const fastest = { level: 1, windowBits: 13, memLevel: 9, chunkSize } as const;

/** The bytes of a packed file, or of what is read from one. Throws what zlib says of one that is cut or changed. */
export async function* unpacked(from: string | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize });
  const source: Readable = typeof from === "string" ? createReadStream(from) : Readable.from(from, { objectMode: false });
  yield* readThrough(
    source.on("error", (cause) => gunzip.destroy(cause)),
    gunzip,
  );
}

/** The same bytes, packed. */
export async function* packed(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gzip = createGzip(fastest);
  const source = Readable.from(pieces).on("error", (cause) => gzip.destroy(cause));
  yield* readThrough(source, gzip);
}

/** Whoever reads no further, because the disk is full say, ends the source too: it may hold a statement or a file. */
async function* readThrough(source: Readable, through: Transform): AsyncIterable<Uint8Array> {
  try {
    yield* source.pipe(through);
  } finally {
    if (!source.destroyed) source.destroy();
    if (!source.closed) await once(source, "close");
  }
}
