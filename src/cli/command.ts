// What a command is: one row of the table in commands.ts, and one file that does it.
import type { Context } from "../platform/context.ts";
import type { Output } from "./output.ts";

export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What its value is called in the help; a switch has none. */
  readonly value?: string;
  /** May be given several times. */
  readonly isList?: true;
  readonly about: string;
}

export type OptionValues = Readonly<Record<string, string | true | readonly string[] | undefined>>;

export interface Invocation {
  readonly context: Context;
  readonly output: Output;
  readonly options: OptionValues;
  readonly operands: readonly string[];
  /** Where the command was given. */
  readonly directory: string;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly about: string;
  readonly example: string;
  readonly options: readonly Option[];
  /** Names of what stands after the options; optional ones in brackets. */
  readonly operands: readonly string[];
  readonly hasDryRun: boolean;
  /** Returns the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}
