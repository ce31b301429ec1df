// A command line as a command, its options and its operands. What is not in the table is refused with the nearest name.
import { parseArgs } from "node:util";
import { Problem } from "../foundation/problem.ts";
import type { Command, Option, OptionValues } from "./command.ts";
import { commands, commonOptions, dryRunOption } from "./commands.ts";

export interface Parsed {
  readonly command: Command;
  readonly options: OptionValues;
  readonly operands: readonly string[];
}

/**
 * The command that is meant, one word or a floor and its verb; undefined when there is none (help is wanted, of a floor where one
 * is named). Throws RH-USE-001.
 */
export function parseCommand(args: readonly string[]): Parsed | undefined {
  const [first, ...others] = args.map((arg) => (arg === "-h" ? "--help" : arg));
  if (first === "help" && others[0] !== undefined) return parseCommand([...others, "--help"]);
  if (first === undefined || first === "--help" || first === "help") return undefined;
  if (first.startsWith("-")) {
    throw new Problem("RH-USE-001", `"${first}" stands where the command has to be`, {
      hint: "Options come after it, as in `rowhouse status --json`.",
    });
  }
  const isFloor = verbsOf(first).length > 0;
  if (isFloor && (others[0] === undefined || others[0] === "--help")) return undefined;
  const name = isFloor ? `${first} ${others[0]}` : first;
  const rest = isFloor ? others.slice(1) : others;
  const command = commands.find((known) => known.name === name);
  if (!command) throw new Problem("RH-USE-001", `there is no command "${name}"`, { hint: `${nearest(name)}\`rowhouse --help\` lists them all.` });
  const { values, positionals } = parseOptions(command, rest);
  if (positionals.length > command.operands.length) {
    throw new Problem("RH-USE-001", `"${positionals[command.operands.length]}" is one operand too many`, {
      hint: `\`rowhouse ${command.name} --help\``,
    });
  }
  return { command, options: values as OptionValues, operands: positionals };
}

/** The commands of a floor. */
export function verbsOf(floor: string | undefined): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${floor} `));
}

export function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.hasDryRun ? [dryRunOption] : []), ...commonOptions];
}

function parseOptions(command: Command, args: readonly string[]) {
  const options = Object.fromEntries(
    optionsOf(command).map((option) => [
      option.name,
      { type: option.value ? ("string" as const) : ("boolean" as const), multiple: option.isList === true },
    ]),
  );
  try {
    return parseArgs({ args: [...joined(args, options)], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new Problem("RH-USE-001", understood(cause), { cause, hint: `\`rowhouse ${command.name} --help\`` });
  }
}

/** `--lines -1` as `--lines=-1`: a number is no option, and whether it is one that is wanted the command says. */
function joined(args: readonly string[], options: Readonly<Record<string, { readonly type: string }>>): readonly string[] {
  return args.flatMap((arg, index) => {
    const takesValue = (name = "") => name.startsWith("--") && options[name.slice(2)]?.type === "string";
    if (/^-\d/.test(arg) && takesValue(args[index - 1])) return [];
    const next = args[index + 1] ?? "";
    return takesValue(arg) && /^-\d/.test(next) ? [`${arg}=${next}`] : [arg];
  });
}

/** What Node's parser says of a command line, in our words. */
function understood(cause: unknown): string {
  const message = cause instanceof Error ? (cause.message.split(/\.\s/)[0] ?? "") : String(cause);
  const option = /'(?:-\w, )?(--[\w-]+)/.exec(message)?.[1];
  if (option && /ambiguous|missing/.test(message)) return `${option} wants a value`;
  if (option && /not take/.test(message)) return `${option} takes no value`;
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function nearest(name: string): string {
  const near = commands.find((known) => known.name.startsWith(name.slice(0, 2)));
  return near ? `Did you mean \`rowhouse ${near.name}\`? ` : "";
}

/** A whole number of an option. Throws RH-USE-001 naming the option. */
export function integerOption(options: OptionValues, name: string, range: { readonly from: number; readonly to: number }): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(String(text)) ? Number(text) : Number.NaN;
  if (Number.isInteger(value) && value >= range.from && value <= range.to) return value;
  throw new Problem("RH-USE-001", `--${name} wants a whole number from ${range.from} to ${range.to}, not "${text}"`, {
    field: name,
    hint: "Give another one.",
  });
}

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** All values of an option that may be given several times. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const values = options[name];
  return Array.isArray(values) ? values : [];
}
