// The names that databases have on the way: what is being restored is never called what it will be called, and what it replaces is
// kept under a name that tells where it came from.
import { Problem } from "../../foundation/problem.ts";

const partEnd = "__rowhouse_part";
const asideForm = /^(.+)_before_[0-9a-f]{4}$/;

/** What is not whole yet. A database of such a name is INCOMPLETE, and the next restore into the same name removes it. */
export function partName(name: string): string {
  return `${name}${partEnd}`;
}

/** Where the old one is kept; `mark` has four hexadecimal digits. */
export function asideName(name: string, mark: string): string {
  return `${name}_before_${mark}`;
}

/** The name that a database had before it was put aside. Throws RH-USE-001 when it is none that was. */
export function nameBefore(aside: string): string {
  const name = asideForm.exec(aside)?.[1];
  if (name !== undefined) return name;
  throw new Problem("RH-USE-001", `"${aside}" is not a database that was put aside`, {
    hint: "They are called NAME_before_7f3a; the restore printed it.",
  });
}

/** Throws RH-USE-001 for a name that would not leave room, or that is one of these. */
export function refuseName(name: string, option: string, limitBytes: number): void {
  const longest = limitBytes - partEnd.length;
  const why =
    name === ""
      ? "is empty"
      : name.includes("\0") || name !== name.trim()
        ? "begins or ends with a space, or has a zero byte"
        : Buffer.byteLength(name) > longest
          ? `has more than ${longest} bytes: the names that it has on the way would be too long`
          : name.endsWith(partEnd)
            ? "is the name of something half restored"
            : undefined;
  if (why !== undefined) throw new Problem("RH-USE-001", `--${option} "${name}" ${why}`, { field: option, hint: "Give another name." });
}
