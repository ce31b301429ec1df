// A proof by sample: everything is restored and every definition compared, the rows of some tables only. The tables stand in an order
// that a seed draws, and each sample takes the next ones, so that samples over time look at every table, and anybody can check which.
import { createHash, randomBytes } from "node:crypto";
import { type Static, Type } from "@sinclair/typebox";
import type { TableName } from "../../engines/backup.ts";

export const SampleSchema = Type.Object({
  /** Of the tables, rounded up. */
  percent: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Draws the order of the tables. */
  seed: Type.String(),
  /** Where in that order it began, from 0. */
  first: Type.Integer({ minimum: 0 }),
  /** How many tables were compared by content. */
  count: Type.Integer({ minimum: 1 }),
  /** How many there are. */
  of: Type.Integer({ minimum: 1 }),
});
export type Sample = Static<typeof SampleSchema>;

export interface ChosenSample {
  readonly sample: Sample;
  readonly tables: readonly TableName[];
}

/** The sample after `before`, or the first one; undefined where so many of a hundred are all tables. */
export function nextSample(tables: readonly TableName[], percent: number, before: Sample | undefined): ChosenSample | undefined {
  const count = Math.ceil((tables.length * percent) / 100);
  if (count >= tables.length) return undefined;
  const continues = before?.of === tables.length;
  const seed = continues ? before.seed : randomBytes(8).toString("hex");
  const first = continues ? (before.first + before.count) % tables.length : 0;
  const sample = { percent, seed, first, count, of: tables.length };
  return { sample, tables: tablesOf(sample, tables) };
}

/** The tables of a sample, as anybody computes them: sorted by the SHA-256 of seed and name, `count` of them from `first` on, around the end. */
export function tablesOf({ seed, first, count }: Pick<Sample, "seed" | "first" | "count">, tables: readonly TableName[]): readonly TableName[] {
  const drawn = (name: TableName) =>
    createHash("sha256")
      .update(`${seed} ${name.join(".")}`)
      .digest("hex");
  const ordered = tables.map((name) => ({ name, place: drawn(name) })).toSorted((a, b) => (a.place < b.place ? -1 : 1));
  return Array.from({ length: count }, (_, index) => ordered[(first + index) % ordered.length]?.name ?? []);
}
