// GET /api/events: changes as server-sent events. `id` is a cursor that is safe against the order of commits: sent back as
// Last-Event-ID, to any instance, it continues without a gap and without a repetition. Source: html.spec.whatwg.org, 9.2
import { type Static, Type } from "@sinclair/typebox";
import { closed } from "./parts.ts";
import { ProjectSchema } from "./projects.ts";
import { TaskSchema } from "./tasks.ts";

export const eventKinds = [
  "task.created",
  "task.changed",
  "task.deleted",
  "project.created",
  "project.changed",
  "project.deleted",
  "tasks.imported",
] as const;
export type EventKind = (typeof eventKinds)[number];

/** The row as it is now, or as it last was. */
export const ChangeSchema = Type.Object({
  kind: Type.Unsafe<EventKind>({ type: "string", enum: [...eventKinds] }),
  request_id: Type.String(),
  at: Type.String(),
  task: Type.Optional(TaskSchema),
  project: Type.Optional(ProjectSchema),
  /** With `tasks.imported`: how many came. */
  count: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Change = Static<typeof ChangeSchema>;
/** The data of one event: nothing with `ready` and `reset`. */
export const EventDataSchema = Type.Union([ChangeSchema, Type.Object({}, closed)]);

/** Gaps of an id that is written down; with more of them the id is `*`. */
export const writtenGapLimit = 100;
const gap = "[0-9]{1,15}(?:-[0-9]{1,15})?";
const pattern = `^(?:\\*|[0-9]{1,15}\\.[0-9a-z]{1,12}(?:;${gap}(?:,${gap}){0,${writtenGapLimit - 1}})?)$`;
const eventId = (description: string) => Type.Optional(Type.String({ pattern, description }));

/** `HIGH.MARK;GAP,GAP-GAP`: everything up to HIGH but the gaps. `*` cannot be continued from. */
export const EventHeadersSchema = Type.Object({
  "Last-Event-ID": eventId("The id that came last: what follows it is sent, and nothing else."),
});
export const EventQuerySchema = Type.Object(
  { after: eventId("The same as Last-Event-ID, for clients that cannot send it. Of the two the header counts.") },
  closed,
);
export type EventQuery = Static<typeof EventQuerySchema>;
