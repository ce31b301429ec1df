// How old a proof may become and how much of a backup a proof compares, as options.
import { Problem } from "../../foundation/problem.ts";
import { ageMs } from "../../operations/backup/due.ts";
import type { OptionValues } from "../command.ts";
import { textOption } from "../parse.ts";

/** `20` or `20%`. Throws RH-USE-001. */
export function percentIn(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const percent = Number(/^(\d{1,3})%?$/.exec(text)?.[1]);
  if (percent >= 1 && percent <= 100) return percent;
  throw new Problem("RH-USE-001", `--${name} is "${text}", not a share from 1% to 100%`, { field: name });
}

/** `7d`, `26h`. Throws RH-USE-001. */
export function ageIn(options: OptionValues, name: string): { readonly text: string; readonly ms: number } | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const ms = ageMs(text);
  if (ms !== undefined) return { text, ms };
  throw new Problem("RH-USE-001", `--${name} is "${text}", not an age as 7d or 26h`, { field: name });
}
