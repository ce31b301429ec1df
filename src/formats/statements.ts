// A script of SQL of any size as its statements, in the memory of one of them. Where a string, a comment or a statement ends is the
// engine's to say; here is what both share: the bytes as they come, the line that one is at, and a limit.
import { Problem } from "../foundation/problem.ts";

export interface Part {
  /** A statement without its terminator, a comment that stands between statements, a line for a client program. */
  readonly kind: "statement" | "comment" | "command";
  readonly text: Buffer;
  /** The line that it begins in, from 1. */
  readonly line: number;
}

/** What is opened by a quote or a comment, and goes on over everything else until it ends. */
export interface Region {
  readonly isComment: boolean;
  /** The index behind its end; where it does not end in these bytes, `-1 - index` with the index from which to look on. */
  end(bytes: Buffer, from: number): number;
}

export type Step =
  | { readonly kind: "region"; readonly length: number; readonly region: Region }
  | { readonly kind: "plain" | "end" | "command" | "skip"; readonly length: number };

/** An engine's way of reading, with what it remembers of the statement that it is in. */
export interface Syntax {
  /** What stands at `at`; `lookaheadBytes` are there, unless the script ends before. `isStart`: of a statement, or between two. */
  step(bytes: Buffer, at: number, isStart: boolean): Step;
}

const lookaheadBytes = 512;
const statementLimitBytes = 256 * 1024 * 1024;
const [newline, space] = [0x0a, 0x20];

/** The parts of a script, in order. Throws RH-BACKUP-003 naming the line where a statement, a string or a comment is not ended. */
export async function* readParts(script: ScriptBytes, syntax: Syntax): AsyncIterable<Part> {
  const statement = new Gathered();
  while (await script.has(lookaheadBytes)) {
    const step = syntax.step(script.bytes, script.at, statement.isEmpty);
    const line = script.line;
    if (step.kind === "region" && step.region.isComment && statement.isEmpty) {
      const comment = new Gathered();
      await takeRegion(script, step, comment);
      yield { kind: "comment", ...comment.take(), line };
    } else if (step.kind === "region") await takeRegion(script, step, statement);
    else if (step.kind === "plain") statement.add(script.take(step.length), line);
    else {
      const taken = script.take(step.length);
      if (step.kind === "command") yield { kind: "command", text: taken, line };
      if (step.kind === "end" && !statement.isEmpty) yield { kind: "statement", ...statement.take() };
    }
  }
  if (!statement.isEmpty) throw unended(statement.take().line, "a statement");
}

async function takeRegion(script: ScriptBytes, { length, region }: Extract<Step, { readonly kind: "region" }>, into: Gathered): Promise<void> {
  const { line } = script;
  into.add(script.take(length), line);
  for (;;) {
    const end = region.end(script.bytes, script.at);
    into.add(script.take((end < 0 ? -1 - end : end) - script.at), line);
    if (end >= 0) return;
    if (!(await script.more())) throw unended(line, region.isComment ? "a comment" : "a quoted text");
  }
}

function unended(line: number, what: string): Problem {
  return new Problem("RH-BACKUP-003", `line ${line}: ${what} is not ended before the file is`, { hint: "The rest of the file is missing." });
}

/** The bytes of a script as they come, and how far it is read. */
export class ScriptBytes implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #isOver = false;
  bytes: Buffer = Buffer.alloc(0);
  /** Where the next unread byte is. */
  at = 0;
  /** The line of the next unread byte, from 1. */
  line = 1;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** As many bytes are there, or all that are left; false when none are. */
  async has(count: number): Promise<boolean> {
    while (this.bytes.length - this.at < count && (await this.more()));
    return this.at < this.bytes.length;
  }

  /** Gets the next bytes; false when there are none. */
  async more(): Promise<boolean> {
    if (this.#isOver) return false;
    const { value, done } = await this.#pieces.next();
    this.#isOver = done === true;
    if (!value) return !this.#isOver;
    const rest = this.bytes.subarray(this.at);
    this.bytes = rest.length === 0 ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.concat([rest, value]);
    this.at = 0;
    return true;
  }

  take(length: number): Buffer {
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += taken.length;
    for (let found = taken.indexOf(newline); found !== -1; found = taken.indexOf(newline, found + 1)) this.line++;
    return taken;
  }

  /** Reads no further, and lets whoever gives the bytes know: a program that prints them ends, and what it reads is removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#pieces.return?.();
  }
}

/** A statement while it is read: without the space before it. */
class Gathered {
  #parts: Buffer[] = [];
  #bytes = 0;
  #line = 1;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  add(bytes: Buffer, line: number): void {
    const text = this.isEmpty ? withoutSpace(bytes) : bytes;
    if (text.length === 0) return;
    if (this.isEmpty) this.#line = line + linesIn(bytes.subarray(0, bytes.length - text.length));
    this.#parts.push(text);
    this.#bytes += text.length;
    if (this.#bytes > statementLimitBytes)
      throw new Problem("RH-BACKUP-003", `line ${this.#line}: a statement of more than ${statementLimitBytes} bytes`, {
        hint: "Nobody dumps such a one.",
      });
  }

  take(): { readonly text: Buffer; readonly line: number } {
    const text = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return { text, line: this.#line };
  }
}

function withoutSpace(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length && (bytes[at] as number) <= space) at++;
  return bytes.subarray(at);
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (const byte of bytes) if (byte === newline) lines++;
  return lines;
}

/** Until `terminator`. */
export function until(terminator: string, { isComment }: { readonly isComment: boolean }): Region {
  const mark = Buffer.from(terminator, "latin1");
  return {
    isComment,
    end: (bytes, from) => {
      const found = bytes.indexOf(mark, from);
      return found === -1 ? -1 - Math.max(from, bytes.length - mark.length + 1) : found + mark.length;
    },
  };
}

const backslash = 0x5c;

/** Until that quote; a backslash takes the byte behind it along. */
export function escaped(quote: number): Region {
  return {
    isComment: false,
    end: (bytes, from) => {
      for (let at = from; at < bytes.length; at++) {
        const byte = bytes[at];
        if (byte === quote) return at + 1;
        if (byte === backslash && ++at === bytes.length) return -1 - (at - 1);
      }
      return -1 - bytes.length;
    },
  };
}

/** A comment until the end of its line, which is not needed at the end of a script. */
export function lineLength(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(newline, at);
  return (end === -1 ? bytes.length : end + 1) - at;
}
