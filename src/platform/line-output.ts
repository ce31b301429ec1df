// Many short lines into an output that is open already, such as a server's log: lines that come within a few milliseconds are
// written together. They keep their order, and what waits is written when the process exits, in whatever way it still runs code.
// An output that takes nothing (a full disk, a reader that went away or sleeps) costs lines, never the process; they are counted.
import { writeSync } from "node:fs";

export interface LineOutput {
  write(line: string): void;
  /** Writes what waits now. */
  flush(): void;
}

export interface LineOutputOptions {
  readonly descriptor: number;
  /** The line that tells how many were lost, written as soon as the output takes lines again. */
  readonly lossOf: (lines: number) => string;
}

const waitMs = 10;
const waitBytes = 65_536;
/** What a reader may leave unread before lines are lost. */
const limitBytes = 4_194_304;
const lineEnd = 10;

export function lineOutput(options: LineOutputOptions): LineOutput {
  const output = new Output(options);
  process.on("exit", () => output.flush());
  return output;
}

class Output implements LineOutput {
  readonly #options: LineOutputOptions;
  #lines: string[] = [];
  #characters = 0;
  /** What the output did not take yet; it may begin in the middle of a line. */
  #unsent: Buffer = Buffer.alloc(0);
  #isInLine = false;
  #lost = 0;
  /** How many the line of loss in `#unsent` tells of. */
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineOutputOptions) {
    this.#options = options;
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= waitBytes) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), waitMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    this.#characters = 0;
    if (this.#unsent.length > limitBytes) this.#lost += lines.length;
    else this.#unsent = Buffer.concat([this.#unsent, Buffer.from(this.#withLoss(lines.join("")))]);
    this.#send();
    if (this.#unsent.length > 0) this.#timer ??= setTimeout(() => this.flush(), waitMs);
  }

  #withLoss(text: string): string {
    if (this.#lost === 0) return text;
    const isCut = this.#isInLine && this.#unsent.length === 0;
    this.#told = this.#lost;
    this.#lost = 0;
    return `${isCut ? "\n" : ""}${this.#options.lossOf(this.#told)}${text}`;
  }

  #send(): void {
    try {
      while (this.#unsent.length > 0) {
        const written = writeSync(this.#options.descriptor, this.#unsent);
        this.#isInLine = this.#unsent[written - 1] !== lineEnd;
        this.#unsent = this.#unsent.subarray(written);
      }
      this.#told = 0;
    } catch (thrown) {
      if (thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN") return; // a pipe that is full: later
      this.#lost += this.#told + linesIn(this.#unsent) - (this.#told > 0 ? 1 : 0);
      this.#told = 0;
      this.#unsent = Buffer.alloc(0);
    }
  }
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) count++;
  return count;
}
