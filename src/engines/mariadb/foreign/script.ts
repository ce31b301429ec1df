// How the mariadb client would read a script of mariadb-dump's or mysqldump's: which bytes are a string, a comment, a statement, a
// line for the client itself. Nothing here is sent anywhere. What stands in `/*! … */` is code.
// Source: mariadb.com/kb/en/comment-syntax, string-literals, delimiters; client/mysql.cc (add_line)
import { Problem } from "../../../foundation/problem.ts";
import { escaped, lineLength, type Part, readParts, type Region, ScriptBytes, type Step, type Syntax, until } from "../../../formats/statements.ts";
import type { ForeignPart } from "../../foreign.ts";

const endMark = /^-- Dump completed(?: on \d{4}-\d\d-\d\d +\d{1,2}:\d\d:\d\d)?\r?\n$/;

/** The parts of a script. Throws RH-BACKUP-003 for one that does not end as mariadb-dump ends it. */
export async function* read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<ForeignPart> {
  await using script = new ScriptBytes(bytes);
  let isEnded = false;
  for await (const { kind, text, line } of partsOf(script)) {
    isEnded = kind === "comment" && (isEnded || endMark.test(text.toString("latin1")));
    if (kind !== "comment") yield { kind, text, line };
  }
  if (!isEnded)
    throw new Problem("RH-BACKUP-003", `the script does not end with "-- Dump completed": the rest of it is missing`, {
      hint: "Dump it again, with its comments.",
    });
}

/** The parts of any script. Throws RH-BACKUP-003 where something in it is not ended. */
export function partsOf(script: ScriptBytes): AsyncIterable<Part> {
  return readParts(script, new ClientSyntax());
}

const lineComment: Region = until("\n", { isComment: true });
const blockComment: Region = until("*/", { isComment: true });
const quotedName: Region = until("`", { isComment: false });
const single: Region = escaped(0x27);
const double: Region = escaped(0x22);
const sandbox = /\/\*M?!999999\\- enable the sandbox mode \*\/[ \t]*\r?\n/y;
const delimiterLine = /delimiter[ \t]+(\S{1,16})[ \t]*\r?(?:\n|$)/iy;

/** Commands for the client that need no semicolon, at the beginning of a statement. */
export const clientWord =
  /^(?:source|system|tee|notee|pager|nopager|edit|connect|prompt|rehash|status|help|go|ego|print|clear|exit|quit|charset|sandbox|(?:no)?warnings?|delimiter)\b(?!\s*\()/i;

class ClientSyntax implements Syntax {
  #delimiter = Buffer.from(";");

  step(bytes: Buffer, at: number, isStart: boolean): Step {
    if (this.#endsAt(bytes, at)) return { kind: "end", length: this.#delimiter.length };
    const next = bytes[at + 1];
    switch (bytes[at]) {
      case 0x27:
        return { kind: "region", length: 1, region: single };
      case 0x22:
        return { kind: "region", length: 1, region: double };
      case 0x60:
        return { kind: "region", length: 1, region: quotedName };
      case 0x23:
        return { kind: "region", length: 1, region: lineComment };
      case 0x2d:
        return next === 0x2d && (bytes[at + 2] ?? 0x0a) <= 0x20 ? { kind: "region", length: 2, region: lineComment } : plain(1);
      case 0x2f:
        return slash(bytes, at, isStart);
      case 0x5c:
        return next === 0x4e ? plain(2) : { kind: "command", length: lineLength(bytes, at) };
      default:
        return this.#clientLineAt(bytes, at, isStart) ?? plain(this.#plainLength(bytes, at));
    }
  }

  #endsAt(bytes: Buffer, at: number): boolean {
    return bytes[at] === this.#delimiter[0] && bytes.subarray(at, at + this.#delimiter.length).equals(this.#delimiter);
  }

  /** A line of the client's: what ends statements from here on, or a command of its own. */
  #clientLineAt(bytes: Buffer, at: number, isStart: boolean): Step | undefined {
    if (!isStart || (bytes[at] as number) <= 0x20) return undefined;
    delimiterLine.lastIndex = 0;
    const ahead = bytes.toString("latin1", at, at + 64);
    const found = delimiterLine.exec(ahead);
    if (!found) return clientWord.test(ahead) ? { kind: "command", length: lineLength(bytes, at) } : undefined;
    this.#delimiter = Buffer.from(found[1] as string, "latin1");
    return { kind: "skip", length: found[0].length };
  }

  #plainLength(bytes: Buffer, at: number): number {
    const isStart = (bytes[at] as number) <= 0x20;
    let end = at + 1;
    for (; end < bytes.length; end++) {
      const byte = bytes[end] as number;
      if (special.has(byte) || byte === this.#delimiter[0] || (isStart && byte > 0x20)) break;
    }
    return end - at;
  }
}

function plain(length: number): Step {
  return { kind: "plain", length };
}

const special = new Set([...`'"\`#-/\\`].map((letter) => letter.charCodeAt(0)));

/** Conditional comments are code, and go on as what is in them; a plain one may be a hint, which is no code either. */
function slash(bytes: Buffer, at: number, isStart: boolean): Step {
  if (bytes[at + 1] !== 0x2a) return plain(1);
  const ahead = bytes.toString("latin1", at, at + 80);
  sandbox.lastIndex = 0;
  const line = isStart ? sandbox.exec(ahead)?.[0] : undefined;
  if (line !== undefined) return { kind: "skip", length: line.length };
  return ahead.startsWith("/*!") || ahead.startsWith("/*M!") ? plain(3) : { kind: "region", length: 2, region: blockComment };
}
