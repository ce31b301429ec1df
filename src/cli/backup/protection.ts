// The line of `status` about backups, and what one should know about them.
import { formatAge, formatDuration } from "../../foundation/units.ts";
import type { Protection } from "../../operations/backup/protection.ts";
import type { Colour } from "../output.ts";

export interface ProtectionLine {
  readonly cells: readonly [string, string, string, string];
  readonly colour: Colour | undefined;
  readonly notes: readonly string[];
}

export function protectionLine(protection: Protection, now: number): ProtectionLine {
  const { state, backup, newer, because, isOnSameDisk } = protection;
  const late = lateNotes(protection);
  const none = "no backup yet: rowhouse backup take";
  if (state === "none") return { cells: ["backup", "none", "", none], colour: "red", notes: [...late, ...protection.keyNotes] };
  if (!backup) return { cells: ["backup", "unknown", "", because ?? ""], colour: "red", notes: [] };
  const age = (at: string) => `${formatAge(now - Date.parse(at))} ago`;
  const restored = backup.restoreMs === undefined ? (backup.because ?? "") : `restore took ${formatDuration(backup.restoreMs)} when tried`;
  const recovery = protection.recovery ? `recovery took ${formatDuration(protection.recovery.recoveryMs)} when tried` : restored;
  const warning = isOnSameDisk ? "! same disk as the data" : "";
  const seen = [recovery, warning].filter((part) => part !== "").join("   ");
  const isGood = state === "PROVED" && !backup.isStale;
  return {
    cells: [
      "backup",
      state,
      backup.provedAt ? `${age(backup.provedAt)}${late.length > 0 ? ", late" : ""}` : backup.content ? `taken ${age(backup.content.at)}` : backup.id,
      seen,
    ],
    colour: late.length > 0 ? "red" : isGood ? (isOnSameDisk ? "yellow" : undefined) : backup.isStale ? "yellow" : "red",
    notes: [
      ...late,
      ...(backup.isStale ? [`the newest proof of a backup is of ${age(backup.provedAt ?? "")}: \`rowhouse backup prove\``] : []),
      ...(newer ? [`a later backup, ${newer.id}, is ${newer.state}: ${newer.because ?? "it is not proved"}`] : []),
      ...(isOnSameDisk ? [`backups are in ${protection.store}, on the disk of the data: keep a copy elsewhere`] : []),
      ...protection.keyNotes,
    ],
  };
}

function lateNotes({ lateSince }: Protection): readonly string[] {
  if (lateSince === undefined) return [];
  return [`a proved backup is late, due since ${lateSince.slice(0, 16).replace("T", " ")} UTC: \`rowhouse logs serve\` may tell why`];
}
