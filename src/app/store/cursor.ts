// The place of a page's last row, as text that a client keeps and sends back: a checksum, then the sort and the row's values in
// its columns as JSON. It promises nothing about the rows: what is between two places is looked at when it is asked for. It is
// not a secret either; a forged one is a place of somebody's own choosing, or is refused.
import { crc32 } from "node:zlib";
import { Problem } from "../../foundation/problem.ts";
import type { SqlValue } from "../../foundation/sql.ts";
import { integerLimit } from "../api/contract/parts.ts";
import type { Task } from "../api/contract/tasks.ts";
import { isBeyond, parseMoment } from "../moments.ts";
import { columns } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { type SortKey, sortOf } from "./sort.ts";

const checksumBytes = 4;
const unbindable = /\0|\p{Surrogate}/u;

type Printed = Partial<Readonly<Record<"due_date" | "created_at" | "updated_at" | "completed_at", string | null>>>;

/** `printed` are the moments of the row as the server has them: one that is shown as another one is kept as it is. */
export function cursorOf(order: readonly SortKey[], task: Task, printed: Printed = {}): string {
  const placeIn = ({ field }: SortKey) => {
    const held = printed[field as keyof Printed];
    return typeof held === "string" && isBeyond(held) ? held : task[field];
  };
  const text = Buffer.from(JSON.stringify([sortOf(order), ...order.map(placeIn)]));
  return Buffer.concat([checksum(text), text]).toString("base64url");
}

/** The values of the columns of `order`, ready to be bound. Throws RH-API-001 on `after`. */
export function placeOf(dialect: Dialect, order: readonly SortKey[], cursor: string): readonly SqlValue[] {
  const [sort, ...values] = parsed(cursor);
  if (sort !== sortOf(order)) throw refusal(`is the place in another order than ${sortOf(order)}`);
  if (values.length !== order.length) throw refusal("is not what a page gave as next");
  return order.map((key, index) => bindable(dialect, key, values[index]));
}

function parsed(cursor: string): readonly unknown[] {
  const bytes = Buffer.from(cursor, "base64url");
  const text = bytes.subarray(checksumBytes);
  if (!checksum(text).equals(bytes.subarray(0, checksumBytes))) throw refusal("is not what a page gave as next");
  try {
    return [JSON.parse(text.toString())].flat();
  } catch {
    throw refusal("is not what a page gave as next");
  }
}

/** Any column may be NULL here: whether one can be is for the selection to say, and that is not part of the place. */
function bindable(dialect: Dialect, { field }: SortKey, value: unknown): SqlValue {
  const { holds, isNullable } = columns[field];
  if (value === null && isNullable) return null;
  if (holds === "number" && Number.isInteger(value) && Math.abs(value as number) <= integerLimit + 1) return value as number;
  if (holds === "text" && typeof value === "string" && !unbindable.test(value)) return value;
  if (holds === "moment" && typeof value === "string" && parseMoment(value) === value) return dialect.bindMoment(value);
  if (holds === "moment" && typeof value === "string" && isBeyond(value)) return value;
  throw refusal("is not what a page gave as next");
}

function checksum(text: Buffer): Buffer {
  const bytes = Buffer.alloc(checksumBytes);
  bytes.writeUInt32BE(crc32(text));
  return bytes;
}

function refusal(what: string): Problem {
  return new Problem("RH-API-001", `after ${what}`, { field: "after" });
}
