// The rules by which backups are kept, as options.
import { Problem } from "../../foundation/problem.ts";
import type { Retention } from "../../operations/backup/retention.ts";
import type { Option, OptionValues } from "../command.ts";
import { textOption } from "../parse.ts";

export const keepOptions: readonly Option[] = [
  { name: "keep-days", value: "N", about: "all of N days before the newest proved one" },
  { name: "keep-last", value: "N", about: "the newest N" },
  { name: "keep-daily", value: "N", about: "the newest of each of N days" },
  { name: "keep-weekly", value: "N", about: "the newest of each of N weeks" },
  { name: "keep-monthly", value: "N", about: "the newest of each of N months" },
  { name: "keep-yearly", value: "N", about: "the newest of each of N years" },
];

/** `--keep-daily 7` and the like. Throws RH-USE-001 for what is no number. */
export function retentionIn(options: OptionValues): Retention {
  const count = (name: string) => {
    const text = textOption(options, `keep-${name}`);
    if (text === undefined) return undefined;
    if (/^\d{1,5}$/.test(text)) return Number(text);
    throw new Problem("RH-USE-001", `--keep-${name} is ${JSON.stringify(text)}, not a number from 0 to 99999`, { field: `keep-${name}` });
  };
  return {
    days: count("days"),
    last: count("last"),
    daily: count("daily"),
    weekly: count("weekly"),
    monthly: count("monthly"),
    yearly: count("yearly"),
  };
}
