// Where the lines of a CSV file end, and whether their quotes are right: read byte by byte, since a line break in quotes is part of
// a cell and a chunk may end anywhere. Every byte of UTF-8 that looks like a quote, a comma or a line break is one.
import { isUtf8 } from "node:buffer";
import { type Fault, notUtf8, recordLimitBytes, tooLong } from "./records.ts";

export interface CsvLine {
  readonly line: number;
  /** Without its line break; its quotes are as RFC 4180 has them. */
  readonly text: string;
  readonly bytes: number;
}

type State = "cell" | "plain" | "quoted" | "quote" | "return" | "bad";

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export class CsvLines {
  #waiting: Buffer = Buffer.alloc(0);
  /** Of `waiting`, what was looked at. */
  #seen = 0;
  #state: State = "cell";
  #fault = "";
  /** Where the record begins that is being read, and where the reading is. */
  #first = 1;
  #line = 1;
  #isStart = true;

  *push(chunk: Buffer): Generator<CsvLine | Fault> {
    this.#waiting = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    if (this.#isStart && !this.#skipMark()) return;
    let from = 0;
    for (let at = this.#seen; at < this.#waiting.length; at++) {
      const byte = this.#waiting[at] as number;
      if (byte === lineFeed && this.#state !== "quoted") {
        yield* this.#complete(from, at);
        from = at + 1;
        continue;
      }
      if (byte === lineFeed) this.#line++;
      this.#state = this.#after(byte);
    }
    this.#waiting = this.#waiting.subarray(from);
    this.#seen = this.#waiting.length;
    if (this.#seen > recordLimitBytes) yield { line: this.#first, reason: tooLong, isLast: true };
  }

  *end(): Generator<CsvLine | Fault> {
    if (this.#isStart) this.#skipMark(true);
    if (this.#state === "quoted") yield { line: this.#first, reason: "has a quote that is not closed", isLast: true };
    else yield* this.#complete(0, this.#waiting.length);
  }

  /** Spreadsheets begin a file in UTF-8 with this mark. False while it could still be one. */
  #skipMark(isEnd = false): boolean {
    const head = this.#waiting.subarray(0, byteOrderMark.length);
    if (head.length < byteOrderMark.length && !isEnd && byteOrderMark.subarray(0, head.length).equals(head)) return false;
    if (head.equals(byteOrderMark)) this.#waiting = this.#waiting.subarray(byteOrderMark.length);
    this.#isStart = false;
    return true;
  }

  #after(byte: number): State {
    switch (this.#state) {
      case "bad":
        return "bad";
      case "quoted":
        return byte === quote ? "quote" : "quoted";
      case "return":
        return this.#bad("has a carriage return outside quotes");
      case "cell":
        if (byte === quote) return "quoted";
        break;
      case "quote":
        if (byte === quote) return "quoted";
        if (byte !== comma && byte !== carriageReturn) return this.#bad("has text behind a closing quote");
        break;
      case "plain":
        if (byte === quote) return this.#bad("has a quote in a cell that does not begin with one");
    }
    if (byte === comma) return "cell";
    return byte === carriageReturn ? "return" : "plain";
  }

  #bad(reason: string): "bad" {
    this.#fault = reason;
    return "bad";
  }

  /** A line without anything in it is none. */
  *#complete(from: number, end: number): Generator<CsvLine | Fault> {
    const state = this.#state;
    const bytes = this.#waiting.subarray(from, state === "return" ? end - 1 : end);
    const line = this.#first;
    this.#state = "cell";
    this.#line++;
    this.#first = this.#line;
    if (state === "bad") yield { line, reason: this.#fault };
    else if (!isUtf8(bytes)) yield { line, reason: notUtf8 };
    else if (bytes.length > 0) yield { line, text: bytes.toString(), bytes: bytes.length };
  }
}
