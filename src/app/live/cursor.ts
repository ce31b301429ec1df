// How far a listener has come: everything up to `high` but the gaps, which are ids that were taken by transactions that had not
// committed yet. Ids do not commit in order, so that the highest id alone would lose what commits behind it (TRAP-28). As text,
// `high.mark;gap,gap-gap`, a cursor can be continued by any instance; `mark` is the moment of the event `high`, so that a database
// that was put back to an older state is noticed. Pure.
import { writtenGapLimit } from "../api/contract/events.ts";
import { intersect, type Range, subtract, within } from "./ranges.ts";

export interface Cursor {
  readonly high: number;
  readonly mark: string;
  readonly gaps: readonly Range[];
}

/** An event as far as a cursor is concerned. */
export interface Passed {
  readonly id: number;
  readonly mark: string;
}

const lost = "*";
const form = /^(\d{1,15})\.([0-9a-z]{1,12})(?:;(\d[\d,-]*))?$/;
const gapForm = /^(\d{1,15})(?:-(\d{1,15}))?$/;

export function formatCursor({ high, mark, gaps }: Cursor): string {
  if (gaps.length > writtenGapLimit) return lost;
  const written = gaps.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return `${high}.${mark}${gaps.length === 0 ? "" : `;${written.join(",")}`}`;
}

/** "lost" when the cursor was one that could not be written down, undefined when this is no cursor. */
export function parseCursor(text: string): Cursor | "lost" | undefined {
  if (text === lost) return "lost";
  const match = form.exec(text);
  if (!match) return undefined;
  const [high, mark] = [Number(match[1]), match[2] as string];
  const gaps = (match[3]?.split(",") ?? []).map(parseGap);
  const isAscending = gaps.every((gap, index) => gap && gap.first > (gaps[index - 1]?.last ?? 0) && gap.last >= gap.first && gap.last < high);
  return isAscending && gaps.length <= writtenGapLimit ? { high, mark, gaps: gaps as readonly Range[] } : undefined;
}

function parseGap(text: string): Range | undefined {
  const match = gapForm.exec(text);
  return match ? { first: Number(match[1]), last: Number(match[2] ?? match[1]) } : undefined;
}

/** The cursor behind `event`. What it left out on the way up becomes a gap. */
export function advance(cursor: Cursor, { id, mark }: Passed): Cursor {
  if (id <= cursor.high) return { ...cursor, gaps: subtract(cursor.gaps, [{ first: id, last: id }]) };
  const between = { first: cursor.high + 1, last: id - 1 };
  return { high: id, mark, gaps: between.first <= between.last ? [...cursor.gaps, between] : cursor.gaps };
}

/** What `ahead` is past and `cursor` is not. */
export function lacking(cursor: Cursor, ahead: Cursor): readonly Range[] {
  return subtract([...cursor.gaps, { first: cursor.high + 1, last: ahead.high }], ahead.gaps).filter(({ first, last }) => first <= last);
}

/**
 * The way from `cursor` to `ahead`, as a function of the event that was reached: past everything of both up to it, and past
 * nothing more than `cursor` above it. What `ahead` has given up is given up.
 */
export function wayFrom(cursor: Cursor, ahead: Cursor): (reached: Passed) => Cursor {
  const open: readonly Range[] = [...cursor.gaps, { first: cursor.high + 1, last: Number.POSITIVE_INFINITY }];
  const stillOpen = intersect(ahead.gaps, open);
  return ({ id, mark }) => {
    const below = within(stillOpen, { first: 0, last: id });
    if (id > cursor.high) return { high: id, mark, gaps: below };
    return { ...cursor, gaps: [...below, ...within(cursor.gaps, { first: id + 1, last: cursor.high })] };
  };
}
