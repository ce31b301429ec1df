// FAULT-9: takes while the clock jumps: an hour and a year both ways, over the change to summer time, on a leap day, and standing
// still. Ids stay unique, nothing is removed, and every take is proved.
import type { Context } from "../../../../src/platform/context.ts";
import { planTake } from "../../../../src/operations/backup/take.ts";
import { backupsIn } from "./aftermath.ts";
import { prove, sourceOf, type Subject } from "./subject.ts";
import { type BackupFault, tried } from "./tried.ts";
import { saidBy } from "./x1.ts";

const hourMs = 3_600_000;
const jumps: readonly (readonly [string, Date])[] = [
  ["as it is", new Date()],
  ["an hour ahead", new Date(Date.now() + hourMs)],
  ["an hour back", new Date(Date.now() - hourMs)],
  ["a year ahead", new Date(Date.now() + 365 * 24 * hourMs)],
  ["a year back", new Date(Date.now() - 365 * 24 * hourMs)],
  ["in the hour that summer time leaves out", new Date("2026-03-29T01:30:00Z")],
  ["in the hour that comes twice", new Date("2026-10-25T00:30:00Z")],
  ["on a leap day", new Date("2028-02-29T23:59:59.999Z")],
  ["on a leap day, standing still", new Date("2028-02-29T23:59:59.999Z")],
  ["on a leap day, standing still again", new Date("2028-02-29T23:59:59.999Z")],
  ["at the beginning of the era", new Date(0)],
];

const silent = () => undefined;

export const fault9: BackupFault = async (subject, { runs = jumps.length, signal, tell }) => {
  for (const [what, now] of jumps.slice(0, runs)) {
    if (signal.aborted) return;
    const before = backupsIn(subject.store);
    const at: Subject = { ...subject, context: contextAt(subject.context, now) };
    const { take } = await planTake(at.context, { source: sourceOf(at), isProved: false, onProgress: silent });
    const { backup } = await take(signal, silent);
    const proof = await prove(at, { directory: backup.directory, signal });
    const after = backupsIn(subject.store);
    const complaints = [
      ...(before.includes(backup.directory) ? [`${backup.id} was there already`] : []),
      ...before.filter((one) => !after.includes(one)).map((one) => `${one} is gone`),
      ...(proof.state === "PROVED" ? [] : [`${proof.state}: ${saidBy(proof)}`]),
    ];
    tell(tried(`the clock ${what}`, { state: proof.state, says: backup.id, complaints }));
  }
};

/** The wall clock is set; what is measured goes on. */
function contextAt(context: Context, moment: Date): Context {
  return { ...context, clock: { ...context.clock, now: () => moment } };
}
