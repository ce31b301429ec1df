// What a person or a script reads. With --json one document on standard output and nothing else there; without, lines. Colour
// and the moving line only where a terminal looks. Control characters from outside never reach the terminal.
import type { Evidence } from "../foundation/evidence.ts";
import type { PlanText } from "../foundation/plan.ts";
import type { Problem, ProblemDocument } from "../foundation/problem.ts";
import { pasteable, type Typing } from "./hints.ts";

/** The document of --json, the same for every command. */
export interface Envelope {
  readonly version: 1;
  readonly plan?: PlanText;
  readonly evidence?: readonly Evidence[];
  readonly result?: unknown;
  readonly problem?: ProblemDocument;
}

/** Of a whole line, where a terminal looks at standard output; what it tells is always said in words too. */
export type Colour = "red" | "yellow";

export interface Output {
  readonly isJson: boolean;
  /** A terminal looks at standard error, where progress goes. */
  readonly isLive: boolean;
  /** Columns of the terminal that standard output is; unlimited when it is none. */
  readonly width: number;
  line(text: string, colour?: Colour): void;
  /** A line of prose, wrapped at words, its commands made ones to paste. */
  advice(text: string): void;
  /** What one should know, on standard error, whatever standard output is for. */
  warning(text: string): void;
  /** What is being done now; replaced by the next one on a terminal. */
  progress(text: string): void;
  /** Names the house in every hint from now on: without it the command would be about another one. */
  about(house: string): void;
  envelope(content: Omit<Envelope, "version">): void;
  problem(problem: Problem): void;
}

export interface Streams {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly isPlain: boolean;
}

const colours: Readonly<Record<Colour, string>> = { red: "\u001b[31m", yellow: "\u001b[33m" };

export function output(streams: Streams, options: { readonly isJson: boolean; readonly typing: Typing }): Output {
  const { out, err } = streams;
  const isLive = err.isTTY === true && !streams.isPlain;
  const clear = () => isLive && err.write("\r\u001b[K");
  let { typing } = options;
  const width = out.columns ?? Number.POSITIVE_INFINITY;
  const errorWidth = err.columns ?? Number.POSITIVE_INFINITY;
  const line = (text: string, colour?: Colour) => {
    if (options.isJson) return;
    clear();
    const isColoured = colour !== undefined && out.isTTY === true && !streams.isPlain;
    out.write(isColoured ? `${colours[colour]}${printable(text)}\u001b[0m\n` : `${printable(text)}\n`);
  };
  return {
    isJson: options.isJson,
    isLive,
    width,
    line,
    advice: (text) => {
      for (const part of prose(pasteable(text, typing), width)) line(part);
    },
    warning: (text) => {
      clear();
      for (const part of prose(`! ${pasteable(text, typing)}`, errorWidth)) err.write(`${printable(part)}\n`);
    },
    progress: (text) => {
      if (options.isJson) return;
      if (isLive) err.write(`\r\u001b[K${printable(text).slice(0, (err.columns ?? 80) - 1)}`);
      else err.write(`${printable(text)}\n`);
    },
    about: (house) => {
      typing = { ...typing, house: typing.house ?? house };
    },
    envelope: (content) => {
      if (options.isJson) out.write(`${JSON.stringify({ version: 1, ...content })}\n`);
    },
    problem: (problem) => {
      clear();
      if (options.isJson) out.write(`${JSON.stringify({ version: 1, problem })}\n`);
      const red = isLive ? (text: string) => `\u001b[31m${text}\u001b[0m` : (text: string) => text;
      const [first = "", ...rest] = prose(`${problem.code}  ${problem.message}`, errorWidth).map(printable);
      err.write(`${red(problem.code)}${first.slice(problem.code.length)}\n`);
      const hint = problem.hint ? prose(pasteable(problem.hint, typing), errorWidth).map(printable) : [];
      for (const part of [...rest, ...hint]) err.write(`${part}\n`);
    },
  };
}

/** The last column is wrapped in its place while it has so much room, else it gets lines of its own. */
const narrowestCell = 30;

/** Columns side by side, as wide as their widest cell; where they would be wider than the terminal, the last is wrapped at words. */
export function columns(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): readonly string[] {
  return columnGroups(rows, width).flat();
}

/** As `columns`, the lines of each row together. */
export function columnGroups(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): readonly (readonly string[])[] {
  const lines = sideBySide(rows);
  if (lines.every((line) => line.length <= width)) return lines.map((line) => [line]);
  const heads = sideBySide(rows.map((row) => row.slice(0, -1)));
  const last = rows.map((row) => row.at(-1) ?? "");
  const indent = Math.max(...heads.map(({ length }) => length)) + gap.length;
  if (width - indent < narrowestCell)
    return heads.map((head, index) => [head, ...(last[index] ? prose(last[index], width - 2).map((line) => `  ${line}`) : [])]);
  return heads.map((head, index) =>
    prose(last[index] ?? "", width - indent).map((line, part) => `${(part === 0 ? head : "").padEnd(indent)}${line}`.trimEnd()),
  );
}

const gap = "   ";

function sideBySide(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}

/** Lines of at most `width` characters, broken at spaces; a word that is longer is cut. */
export function wrapped(text: string, width: number): readonly string[] {
  return filled(
    text.split(" ").flatMap((word) => (word.length > width ? (word.match(new RegExp(`.{1,${width}}`, "gsu")) ?? []) : [word])),
    width,
  );
}

/** As `wrapped`, but what one pastes stays whole: a path, or a command in backticks, is left to the terminal when it is longer. */
function prose(text: string, width: number): readonly string[] {
  return filled(text.match(/ *(?:[^ `]|`[^`]*`|`)+/g)?.map((word, index) => (index === 0 ? word : word.slice(1))) ?? [""], width);
}

function filled(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word.trimStart();
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A plan as --dry-run shows it, in the document too. */
export function showPlan(output: Output, plan: PlanText): void {
  output.envelope({ plan });
  for (const line of planLines(plan, output.width)) output.line(line);
}

/** Tells how far a step is where that takes the place of what was told before, and nowhere else. */
export function whileLive(output: Output): (text: string) => void {
  return (text) => {
    if (output.isLive) output.progress(text);
  };
}

/** Each step with exactly what would run. */
export function planLines(plan: PlanText, width: number): readonly string[] {
  const steps = plan.steps.flatMap((step, index) => [
    ...prose(`${step.title}   (${step.why})`, width - 4).map((line, part) => `${part === 0 ? String(index + 1).padStart(2) : "  "}  ${line}`),
    ...(step.run ?? []).map((argv) => `      $ ${argv.join(" ")}`),
    ...(step.sql ?? []).map((statement) => `      > ${statement}`),
    ...(step.writes ?? []).map((path) => `      + ${path}`),
    ...(step.undo ? [`      undo: ${step.undo}`] : []),
  ]);
  return [plan.title, ...steps];
}

function printable(text: string): string {
  return [...text].map((character) => (isControl(character) ? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}` : character)).join("");
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return (code < 32 && code !== 9 && code !== 10) || (code >= 127 && code < 160);
}
