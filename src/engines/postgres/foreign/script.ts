// How psql would read a script of pg_dump's: which bytes are a string, a comment, a statement, rows for COPY, a command for psql
// itself. Nothing here is sent anywhere. Source: postgresql.org/docs/current/sql-syntax-lexical.html, src/fe_utils/psqlscan.l
import { Problem } from "../../../foundation/problem.ts";
import { escaped, type Part, readParts, type Region, ScriptBytes, type Step, type Syntax, until } from "../../../formats/statements.ts";
import type { ForeignPart } from "../../foreign.ts";

const endMark = /^-- PostgreSQL database(?: cluster)? dump complete$/;

/** The parts of a script, each COPY … FROM stdin with its rows. Throws RH-BACKUP-003 for one that does not end as pg_dump ends it. */
export async function* read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<ForeignPart> {
  await using script = new ScriptBytes(bytes);
  let isEnded = false;
  for await (const part of readParts(script, new PsqlSyntax())) {
    if (part.kind === "comment") isEnded ||= endMark.test(part.text.toString("latin1").trimEnd()) && part.text.at(-1) === 0x0a;
    else {
      isEnded &&= part.kind === "command";
      yield* withRows(script, part);
    }
  }
  if (!isEnded)
    throw new Problem("RH-BACKUP-003", `the script does not end with "-- PostgreSQL database dump complete": the rest of it is missing`, {
      hint: "Dump it again, with its comments.",
    });
}

async function* withRows(script: ScriptBytes, { kind, text, line }: Part): AsyncIterable<ForeignPart> {
  const isCopy = kind === "statement" && /^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(text.toString("latin1", 0, 100_000));
  if (!isCopy) return yield { kind: kind as "statement" | "command", text, line };
  if (await script.has(1)) script.take(lineEnd(script)); // what stands behind the semicolon
  const rows = rowsOf(script);
  yield { kind: "statement", text, line, rows };
  for await (const _ of rows); // whoever wanted none of them
}

function lineEnd({ bytes, at }: ScriptBytes): number {
  const end = bytes.indexOf(0x0a, at);
  return end === -1 ? 0 : end + 1 - at;
}

const rowsEnd = Buffer.from("\n\\.\n");

/** Up to the line `\.`, which is no row. */
async function* rowsOf(script: ScriptBytes): AsyncGenerator<Uint8Array> {
  const { line } = script;
  await script.has(3);
  if (script.bytes.subarray(script.at, script.at + 3).equals(rowsEnd.subarray(1))) return void script.take(3);
  for (;;) {
    const found = script.bytes.indexOf(rowsEnd, script.at);
    if (found !== -1) {
      yield script.take(found + 1 - script.at);
      return void script.take(rowsEnd.length - 1);
    }
    const safe = script.bytes.length - rowsEnd.length - script.at;
    if (safe > 0) yield script.take(safe);
    if (!(await script.more()))
      throw new Problem("RH-BACKUP-003", `line ${line}: the rows that begin there have no end: the rest of the file is missing`, {
        hint: "Dump it again.",
      });
  }
}

const lineComment: Region = until("\n", { isComment: true });
const quotedName: Region = until('"', { isComment: false });
const plainText: Region = until("'", { isComment: false });
const escapedText: Region = escaped(0x27);
const dollarTag = /\$(?:[A-Za-z_\u0080-\u00ff][A-Za-z0-9_\u0080-\u00ff]*)?\$/y;

class PsqlSyntax implements Syntax {
  #parentheses = 0;
  /** BEGIN and CASE that wait for their END, in a function whose body is SQL. */
  #blocks = 0;
  #words: string[] = [];

  step(bytes: Buffer, at: number): Step {
    const byte = bytes[at] as number;
    if (isWordByte(byte)) return this.#word(bytes, at);
    switch (byte) {
      case 0x27:
        return { kind: "region", length: 1, region: plainText };
      case 0x22:
        return { kind: "region", length: 1, region: quotedName };
      case 0x24:
        return dollar(bytes, at);
      case 0x2d:
        return bytes[at + 1] === 0x2d ? { kind: "region", length: 2, region: lineComment } : plain(1);
      case 0x2f:
        return bytes[at + 1] === 0x2a ? { kind: "region", length: 2, region: new NestedComment() } : plain(1);
      case 0x5c:
        return { kind: "command", length: commandLength(bytes, at) };
      case 0x28:
        this.#parentheses++;
        return plain(1);
      case 0x29:
        this.#parentheses--;
        return plain(1);
      case 0x3b:
        return this.#semicolon();
      default:
        return plain(plainLength(bytes, at));
    }
  }

  #semicolon(): Step {
    if (this.#parentheses > 0 || this.#blocks > 0) return plain(1);
    this.#parentheses = 0;
    this.#words = [];
    return { kind: "end", length: 1 };
  }

  #word(bytes: Buffer, at: number): Step {
    let end = at + 1;
    while (end < bytes.length && (isWordByte(bytes[end] as number) || isDigitOrDollar(bytes[end] as number))) end++;
    const word = bytes.toString("latin1", at, end).toLowerCase();
    if (word === "e" && bytes[end] === 0x27) return { kind: "region", length: 2, region: escapedText };
    if (this.#words.length < 4) this.#words.push(word);
    if (this.#isRoutine()) this.#count(word);
    return plain(end - at);
  }

  #isRoutine(): boolean {
    const [create, ...rest] = this.#words;
    const kind = rest[0] === "or" && rest[1] === "replace" ? rest[2] : rest[0];
    return create === "create" && (kind === "function" || kind === "procedure");
  }

  #count(word: string): void {
    if (word === "begin" || (word === "case" && this.#blocks > 0)) this.#blocks++;
    else if (word === "end" && this.#blocks > 0) this.#blocks--;
  }
}

function plain(length: number): Step {
  return { kind: "plain", length };
}

function isWordByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte >= 0x80;
}

function isDigitOrDollar(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x24;
}

const special = new Set([...`'"$-/\\();`].map((letter) => letter.charCodeAt(0)));

function plainLength(bytes: Buffer, at: number): number {
  let end = at + 1;
  while (end < bytes.length && !special.has(bytes[end] as number) && !isWordByte(bytes[end] as number)) end++;
  return end - at;
}

function dollar(bytes: Buffer, at: number): Step {
  const ahead = bytes.toString("latin1", at, at + 130);
  dollarTag.lastIndex = 0;
  const tag = dollarTag.exec(ahead)?.[0];
  return tag === undefined ? plain(1) : { kind: "region", length: tag.length, region: until(tag, { isComment: false }) };
}

function commandLength(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(0x0a, at);
  return (end === -1 ? bytes.length : end + 1) - at;
}

/** Comments of PostgreSQL hold others. */
class NestedComment implements Region {
  readonly isComment = true;
  #depth = 1;

  end(bytes: Buffer, from: number): number {
    let at = from;
    for (; at + 1 < bytes.length; at++) {
      const isOpening = bytes[at] === 0x2f && bytes[at + 1] === 0x2a;
      const isClosing = bytes[at] === 0x2a && bytes[at + 1] === 0x2f;
      if (!isOpening && !isClosing) continue;
      this.#depth += isOpening ? 1 : -1;
      at++;
      if (this.#depth === 0) return at + 1;
    }
    return -1 - Math.max(from, Math.min(at, bytes.length));
  }
}
