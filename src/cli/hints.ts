// Commands in hints as they can be pasted: the program as it is reached from here, and the house that was given.
import { isAbsolute, relative } from "node:path";
import type { Context } from "../platform/context.ts";
import { packageFiles } from "../platform/package.ts";
import { findProgram } from "../platform/tools.ts";

export interface Typing {
  /** `rowhouse`, or a path where it is not installed. */
  readonly program: string;
  /** `--house`, as it was given. */
  readonly house?: string | undefined;
}

export async function typingOf(context: Context, args: readonly string[], directory: string): Promise<Typing> {
  const isInstalled = (await findProgram(context, "rowhouse")) !== undefined;
  return { program: isInstalled ? "rowhouse" : pathFrom(directory), house: houseIn(args) };
}

function pathFrom(directory: string): string {
  const path = relative(directory, packageFiles.program);
  return path.startsWith("..") || isAbsolute(path) ? word(packageFiles.program) : `./${path}`;
}

/** Read before the line is parsed: what is wrong with it is told with a hint, too. */
function houseIn(args: readonly string[]): string | undefined {
  const at = args.findLastIndex((arg) => arg === "--house" || arg.startsWith("--house="));
  const house = args[at] === "--house" ? args[at + 1] : args[at]?.slice("--house=".length);
  return house === "" ? undefined : house;
}

/** `text` with each command of ours in backticks made one to paste. */
export function pasteable(text: string, { program, house }: Typing): string {
  return text.replaceAll(/`rowhouse(?: ((?:backup )?[a-z]+)\b)?([^`]*)`/g, (_all, verb: string | undefined, rest: string) => {
    const isAbout = verb !== undefined && house !== undefined && !/ --(house|help)\b/.test(rest);
    return `\`${program}${verb === undefined ? "" : ` ${verb}`}${isAbout ? ` --house ${word(house)}` : ""}${rest}\``;
  });
}

/** As a shell takes it for one word. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
