// The append-only record of operations: who, what, plan, outcome. One JSON object a line, synced before it counts; a line
// torn by a crash is skipped when read.
import { join } from "node:path";
import type { PlanText } from "../foundation/plan.ts";
import type { Clock } from "./clock.ts";
import { appendLine, readIfThere } from "./files.ts";
import { currentUser } from "./users.ts";

export interface JournalEntry {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly outcome: "began" | "done" | "failed";
  readonly plan?: PlanText;
  readonly problem?: string;
}

export async function record(stateDirectory: string, clock: Clock, entry: Omit<JournalEntry, "at" | "who">): Promise<void> {
  const line: JournalEntry = { at: clock.now().toISOString(), who: currentUser().name, ...entry };
  await appendLine(join(stateDirectory, "journal.jsonl"), JSON.stringify(line));
}

export async function readJournal(stateDirectory: string): Promise<readonly JournalEntry[]> {
  const text = (await readIfThere(join(stateDirectory, "journal.jsonl"))) ?? "";
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as JournalEntry];
    } catch {
      return [];
    }
  });
}
