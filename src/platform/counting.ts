// What long work tells of itself: how many rows and bytes are done, of how many, and how long the rest will take at that pace.
import { formatBytes, formatDuration } from "../foundation/units.ts";
import type { Clock } from "./clock.ts";

export interface Amount {
  readonly rows: number;
  readonly bytes: number;
}

/** Told of what was done in addition, and in which table. */
export type Counted = (table: string, more: Amount) => void;

interface Counting {
  readonly clock: Pick<Clock, "monotonicMs">;
  /** `dumping`, `restoring` */
  readonly verb: string;
  /** Rows; 0 where nobody knows. */
  readonly total: number;
  readonly isEstimate?: boolean;
  readonly onProgress: (text: string) => void;
}

/** Adds up what several tables tell, and passes it on. */
export function counting({ clock, verb, onProgress, ...of }: Counting): Counted {
  const began = clock.monotonicMs();
  const done = { rows: 0, bytes: 0 };
  return (table, more) => {
    done.rows += more.rows;
    done.bytes += more.bytes;
    onProgress(`${verb} ${table}: ${formatAmount(done, { ...of, tookMs: clock.monotonicMs() - began })}`);
  };
}

const firstMs = 2_000; // before that there is little to tell from

/** `1,200,000 of 2,500,012 rows, 300 MB, about 12.0 s left`; nothing is left to tell of an estimate that was too low. */
export function formatAmount(
  { rows, bytes }: Amount,
  { total, isEstimate, tookMs }: Pick<Counting, "total" | "isEstimate"> & { readonly tookMs: number },
): string {
  const isWithin = rows <= total;
  const of = isWithin ? ` of ${isEstimate ? "about " : ""}${total.toLocaleString("en-US")}` : "";
  const left = rows > 0 && rows < total && tookMs >= firstMs ? `, about ${formatDuration((tookMs * (total - rows)) / rows)} left` : "";
  return `${rows.toLocaleString("en-US")}${of} rows, ${formatBytes(bytes)}${left}`;
}
