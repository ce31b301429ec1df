// Sets of ids as ranges: ascending, apart from each other, both ends included. Pure.

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** How many ids there are. */
export function sizeOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** The part of `ranges` from `first` to `last`. */
export function within(ranges: readonly Range[], { first, last }: Range): readonly Range[] {
  return ranges
    .filter((range) => range.last >= first && range.first <= last)
    .map((range) => ({ first: Math.max(range.first, first), last: Math.min(range.last, last) }));
}

/** What of `ranges` is in `others` too. */
export function intersect(ranges: readonly Range[], others: readonly Range[]): readonly Range[] {
  return others.flatMap((other) => within(ranges, other));
}

/** What of `ranges` is not in `others`. */
export function subtract(ranges: readonly Range[], others: readonly Range[]): readonly Range[] {
  return ranges.flatMap((range) => intersect([range], complementOf(others)));
}

function complementOf(ranges: readonly Range[]): readonly Range[] {
  const starts = [Number.NEGATIVE_INFINITY, ...ranges.map(({ last }) => last + 1)];
  const ends = [...ranges.map(({ first }) => first - 1), Number.POSITIVE_INFINITY];
  return starts.map((first, index) => ({ first, last: ends[index] as number })).filter(({ first, last }) => first <= last);
}
