// Brings a listener from the cursor it came with to the tail's, by reading what lies between.
import type { EventLog, IdRange } from "../store/event-log.ts";
import { type Cursor, lacking, wayFrom } from "./cursor.ts";
import { changeFrame, continuedFrame, resetFrame } from "./frames.ts";
import type { LiveLimits } from "./limits.ts";
import type { Listener } from "./listener.ts";
import { type Range, sizeOf } from "./ranges.ts";

export interface CatchUp {
  readonly log: Pick<EventLog, "eventsIn">;
  readonly listener: Pick<Listener, "write" | "drained" | "isGone">;
  readonly from: Cursor;
  /** Past everything that `from` is past. */
  readonly ahead: Cursor;
  readonly limits: Pick<LiveLimits, "behindIds" | "pageRows">;
}

/** Resolves when the listener is where `ahead` is, or was told to read everything again. */
export async function catchUp({ log, listener, from, ahead, limits }: CatchUp): Promise<void> {
  const ranges = lacking(from, ahead);
  const canContinue = from.high <= ahead.high && sizeOf(ranges) <= limits.behindIds && (await isHistoryOf(log, from, ahead));
  listener.write(canContinue ? continuedFrame : resetFrame(ahead));
  if (!canContinue) return;
  const cursorAt = wayFrom(from, ahead);
  for (const page of pagesOf(ranges, limits.pageRows)) {
    if (listener.isGone()) return;
    const rows = await log.eventsIn(page);
    const frames = rows.map((row) => changeFrame(row, cursorAt(row)));
    listener.write(Buffer.from(frames.join("")));
    await listener.drained();
  }
}

/** Whether the newest event that the listener knows is still the one it knows. */
async function isHistoryOf(log: CatchUp["log"], from: Cursor, ahead: Cursor): Promise<boolean> {
  if (from.high === 0) return true;
  if (from.high === ahead.high) return from.mark === ahead.mark;
  const [row] = await log.eventsIn([{ first: from.high, last: from.high }]);
  return row?.mark === from.mark;
}

/** The ids in portions of at most `limit`. */
function pagesOf(ranges: readonly Range[], limit: number): readonly (readonly IdRange[])[] {
  const pages: IdRange[][] = [];
  for (const { first, last } of ranges) {
    for (let start = first; start <= last; ) {
      const page = pages.at(-1);
      const room = page ? limit - sizeOf(page) : 0;
      if (!page || room === 0) {
        pages.push([]);
        continue;
      }
      const end = Math.min(last, start + room - 1);
      page.push({ first: start, last: end });
      start = end + 1;
    }
  }
  return pages;
}
