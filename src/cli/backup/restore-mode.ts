// The four ways of `rowhouse backup restore`, and which options each takes. An option that would change nothing is refused: somebody
// who gave it meant something else.
import { Problem } from "../../foundation/problem.ts";
import type { OptionValues } from "../command.ts";

export type RestoreMode = "file" | "all" | "directory" | "database";

interface ModeRow {
  readonly takes: readonly string[];
  readonly hint: string;
}

/** In the order in which they are asked for; the last one is what is left. */
export const restoreModes: Readonly<Record<RestoreMode, ModeRow>> = {
  file: { takes: ["file", "into", "target"], hint: "Give --file PATH and --into NAME." },
  all: { takes: ["all", "keep-roles", "target", "store"], hint: "Each database gets the name that it had." },
  directory: { takes: ["directory", "store"], hint: "A base backup is the whole server, and comes back as files." },
  database: {
    takes: ["into", "over", "confirm", "end-sessions", "table", "target", "store", "database"],
    hint: "It goes with --all: one database comes back without its roles.",
  },
};

/** Throws RH-USE-001 for an option that this way does not take. */
export function restoreMode(options: OptionValues): RestoreMode {
  const isGiven = (name: string) => options[name] !== undefined;
  const mode = (["file", "all", "directory"] as const).find(isGiven) ?? "database";
  const { takes, hint } = restoreModes[mode];
  const every = Object.values(restoreModes).flatMap((row) => row.takes);
  const other = every.find((name) => isGiven(name) && !takes.includes(name));
  if (other === undefined) return mode;
  const message = mode === "database" ? `--${other} is not for a restore of one database` : `--${mode} and --${other} exclude each other`;
  throw new Problem("RH-USE-001", message, { field: other, hint });
}
