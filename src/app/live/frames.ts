// What a listener is sent, as text/event-stream. Every change carries the cursor behind it, so that a listener that is cut off
// anywhere continues right there. Source: html.spec.whatwg.org, 9.2 Server-sent events
import { type EventKind, eventKinds } from "../api/contract/events.ts";
import type { EventRow } from "../store/event-log.ts";
import { type Cursor, formatCursor } from "./cursor.ts";

/** Soon: whoever is cut off asks another instance. */
const reconnectMs = 500;

export const heartbeat = Buffer.from(":\n\n");

/** The first thing a new listener gets: from here on it misses nothing. */
export function readyFrame(cursor: Cursor): Buffer {
  return Buffer.from(`retry: ${reconnectMs}\nid: ${formatCursor(cursor)}\nevent: ready\ndata: {}\n\n`);
}

/** The first thing a listener gets that cannot continue where it was: it has to read everything again. */
export function resetFrame(cursor: Cursor): Buffer {
  return Buffer.from(`retry: ${reconnectMs}\nid: ${formatCursor(cursor)}\nevent: reset\ndata: {}\n\n`);
}

/** The first thing a listener gets that does continue. */
export const continuedFrame = Buffer.from(`retry: ${reconnectMs}\n\n`);

/** Empty for what is no event of ours; `cursor` is the one behind the event. */
export function changeFrame(row: EventRow, cursor: Cursor): string {
  if (!isEventKind(row.kind)) return "";
  return `id: ${formatCursor(cursor)}\nevent: ${row.kind}\ndata: ${changeOf(row, row.kind)}\n\n`;
}

/** JSON in one line. The row's own JSON is taken over as it is: both engines keep the text that was recorded. */
function changeOf({ requestId, at, data }: EventRow, kind: EventKind): string {
  const head = { kind, request_id: requestId, at };
  if (kind === "tasks.imported") return JSON.stringify({ ...head, ...JSON.parse(data) });
  const line = /[\r\n]/.test(data) ? JSON.stringify(JSON.parse(data)) : data;
  return `${JSON.stringify(head).slice(0, -1)},"${kind.split(".", 1)[0]}":${line}}`;
}

function isEventKind(kind: string): kind is EventKind {
  return eventKinds.some((known) => known === kind);
}
