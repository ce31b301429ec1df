// Lists of tasks as a client asks for them and checks them: addresses with a query, places that a page did not give, the order
// that a sort means.
import { crc32 } from "node:zlib";
import type { Task } from "../../src/app/api/contract/tasks.ts";

export type Query = Readonly<Record<string, unknown>>;

/** Values of JSON parameters as JSON, everything percent-encoded. */
export function tasksAt(query: Query, path = "/api/tasks"): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, typeof value === "string" ? value : JSON.stringify(value));
  return `${path}?${parameters}`;
}

/** A text in the form of a place, with the right checksum. */
export function sealed(text: string): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(text));
  return Buffer.concat([sum, Buffer.from(text)]).toString("base64url");
}

/** -1 when `one` comes before `other`, worked out apart from the store. */
export function compare(one: Task, other: Task, sort: string): -1 | 0 | 1 {
  for (const name of [...sort.split(","), "id"]) {
    const field = name.replace("-", "") as keyof Task;
    const [left, right] = [one[field], other[field]];
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    const isBefore = typeof left === "string" ? Buffer.compare(Buffer.from(left), Buffer.from(String(right))) < 0 : Number(left) < Number(right);
    return isBefore === name.startsWith("-") ? 1 : -1;
  }
  return 0;
}
