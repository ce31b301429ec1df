// Lines of a MariaDB data file as LOAD DATA reads them: fields between tabs, \N for NULL, what would end a field or a line behind a
// backslash, so that each byte 0x0a ends a line. Source: mariadb.com/kb/en/load-data-infile
const [backslash, tab, newline] = [0x5c, 0x09, 0x0a];

/** Bytes that stand for others behind a backslash; any other stands for itself. */
const escapes: ReadonlyMap<number, number> = new Map([
  [0x30, 0x00],
  [0x62, 0x08],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x5a, 0x1a],
]);

/** The lines without their ends, a batch for each piece that is read. Throws when the last one has no end. */
export async function* linesIn(pieces: AsyncIterable<Uint8Array>): AsyncIterable<readonly Uint8Array[]> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const lines: Uint8Array[] = [];
    let from = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      lines.push(bytes.subarray(from, end));
      from = end + 1;
    }
    rest = bytes.subarray(from);
    yield lines;
  }
  if (rest.length > 0) throw new Error(`the last line has no end: ${rest.length} bytes`);
}

/**
 * Whole lines with their ends, in blocks of at most so many bytes; a line that is longer is a block of its own. Each block lies where the
 * last one did, so it is used up before the next is asked for: memory that is taken and left for each costs more than the bytes.
 */
export async function* blocksIn(pieces: AsyncIterable<Uint8Array>, bytes: number): AsyncIterable<Uint8Array> {
  let block = Buffer.allocUnsafe(bytes);
  let size = 0;
  for await (const piece of pieces) {
    if (size + piece.length > bytes && size > 0) {
      const end = block.lastIndexOf(newline, size - 1) + 1;
      if (end > 0) yield block.subarray(0, end);
      block.copyWithin(0, end, size);
      size -= end;
    }
    if (size + piece.length > block.length) block = Buffer.concat([block.subarray(0, size)], (size + piece.length) * 2);
    block.set(piece, size);
    size += piece.length;
  }
  if (size > 0 && block[size - 1] !== newline) throw new Error(`the last line has no end: ${size - block.lastIndexOf(newline, size - 1) - 1} bytes`);
  if (size > 0) yield block.subarray(0, size);
}

/** The values of a line, as bytes. */
export function fieldsOf(line: Uint8Array): readonly (Uint8Array | null)[] {
  const found: (Uint8Array | null)[] = [];
  let from = 0;
  for (let end = line.indexOf(tab); end !== -1; end = line.indexOf(tab, from)) {
    found.push(valueIn(line.subarray(from, end)));
    from = end + 1;
  }
  return [...found, valueIn(line.subarray(from))];
}

function valueIn(field: Uint8Array): Uint8Array | null {
  if (!field.includes(backslash)) return field;
  if (field.length === 2 && field[1] === 0x4e) return null;
  const value = Buffer.allocUnsafe(field.length);
  let to = 0;
  for (let at = 0; at < field.length; at++) {
    const byte = field[at] as number;
    const next = field[at + 1];
    value[to++] = byte === backslash && next !== undefined ? (escapes.get(field[++at] as number) ?? next) : byte;
  }
  return value.subarray(0, to);
}

/** How many there are of the bytes that a line may hold behind a backslash only, and of backslashes. */
export interface Marks {
  tabs: number;
  lines: number;
  backslashes: number;
  zeros: number;
}

/** Takes four bytes at a time, of which most have nothing to count: twice as fast as each by itself. */
export function marksIn(bytes: Uint8Array): Marks {
  const counts = { tabs: 0, lines: 0, backslashes: 0, zeros: 0 };
  const head = bytes.length < 8 ? bytes.length : -bytes.byteOffset & 3; // words begin at multiples of four
  const words = head === bytes.length ? new Int32Array() : new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  for (const byte of bytes.subarray(0, head)) countByte(counts, byte);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    const backslash = word ^ 0x5c5c5c5c;
    // has its high bit set in some byte just when one of the four is below 0x0b, or one is a backslash
    if (((((word - 0x0b0b0b0b) & ~word) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080) === 0) continue;
    countByte(counts, word & 0xff);
    countByte(counts, (word >>> 8) & 0xff);
    countByte(counts, (word >>> 16) & 0xff);
    countByte(counts, word >>> 24);
  }
  for (const byte of bytes.subarray(head + words.length * 4)) countByte(counts, byte);
  return counts;
}

function countByte(counts: Marks, byte: number): void {
  if (byte === 0x09) counts.tabs++;
  else if (byte === 0x0a) counts.lines++;
  else if (byte === 0x5c) counts.backslashes++;
  else if (byte === 0) counts.zeros++;
}
