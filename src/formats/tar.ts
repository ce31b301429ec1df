// A tar archive read as it comes in, entry by entry, with memory for one piece of it whatever its size: ustar headers, sizes in
// octal or, above 8 GB, in base 256. What is neither a file nor a directory is told as such and left to the caller.
// Source: pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar interchange format)
import { Problem } from "../foundation/problem.ts";

export interface TarEntry {
  /** As it stands in the archive: relative, directories without their last slash. */
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
  readonly bytes: number;
  /** Of a file; what is left of it unread is skipped when the next entry is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

const blockBytes = 512;
const kinds: Readonly<Record<string, TarEntry["kind"]>> = { "0": "file", "\0": "file", "5": "directory" };

/** Ends with the archive, and ends that when it is left earlier; blocks of zeros are passed over. Throws RH-CONN-003 when it is cut or a header is damaged. */
export async function* tarEntries(archive: AsyncIterable<Buffer>): AsyncIterable<TarEntry> {
  const source = sourceOver(archive);
  try {
    for (;;) {
      const header = await source.block();
      if (!header) return;
      if (header.every((byte) => byte === 0)) continue;
      const entry = entryOf(header);
      const content = source.content(entry.bytes);
      yield { ...entry, content };
      for await (const _unread of content); // the next header is behind it
      await source.skip(padding(entry.bytes));
    }
  } finally {
    await source.end();
  }
}

function entryOf(header: Buffer): Omit<TarEntry, "content"> {
  if (sumOf(header) !== octal(header.subarray(148, 156))) throw damaged("a header with a wrong sum");
  const [name, prefix] = [text(header.subarray(0, 100)), text(header.subarray(345, 500))];
  const kind = kinds[String.fromCharCode(header[156] ?? 0)] ?? "other";
  return {
    name: (prefix === "" ? name : `${prefix}/${name}`).replace(/\/$/, ""),
    kind,
    bytes: kind === "file" ? sizeOf(header.subarray(124, 136)) : 0,
  };
}

/** Of all bytes, with blanks in the place of the sum itself. */
function sumOf(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

function sizeOf(field: Buffer): number {
  return ((field[0] ?? 0) & 0x80) === 0 ? octal(field) : field.readUIntBE(6, 6);
}

function octal(field: Buffer): number {
  return Number.parseInt(text(field).trim() || "0", 8);
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}

function padding(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

function damaged(seen: string): Problem {
  return new Problem("RH-CONN-003", `the archive that the server sends is damaged: ${seen}`, { hint: "Take another backup." });
}

function sourceOver(archive: AsyncIterable<Buffer>) {
  const chunks = archive[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  /** At most so many bytes, empty at the end. */
  const piece = async (limit: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const { value, done } = await chunks.next();
      if (done) return rest;
      rest = value as Buffer<ArrayBuffer>;
    }
    const taken = rest.subarray(0, limit);
    rest = rest.subarray(taken.length);
    return taken;
  };
  async function* content(bytes: number): AsyncGenerator<Buffer, void> {
    for (let left = bytes; left > 0; ) {
      const taken = await piece(left);
      if (taken.length === 0) throw damaged(`it ends ${left} bytes before a file does`);
      left -= taken.length;
      yield taken;
    }
  }
  const whole = async (bytes: number) => {
    const parts: Buffer[] = [];
    for await (const part of content(bytes)) parts.push(part);
    return Buffer.concat(parts);
  };
  return {
    content: (bytes: number): AsyncIterable<Buffer> => onceOver(content(bytes)),
    skip: whole,
    end: async () => void (await chunks.return?.()),
    /** Undefined at the end of the archive. */
    block: async (): Promise<Buffer | undefined> => {
      const first = await piece(blockBytes);
      return first.length === 0 ? undefined : Buffer.concat([first, await whole(blockBytes - first.length)]);
    },
  };
}

/** A loop that is left early does not end what it went over. */
function onceOver(pieces: AsyncGenerator<Buffer, void>): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
}
