// GET /api/events: changes as server-sent events. `id` is a cursor that is safe against the order of commits: sent back as
// Last-Event-ID, to any instance, it continues without a gap and without a repetition. Source: html.spec.whatwg.org, 9.2
import { type Static, Type } from "@sinclair/typebox";
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

/** `after` is for clients that cannot send Last-Event-ID. */
export const EventQuerySchema = Type.Object(
  { after: Type.Optional(Type.String({ pattern: "^[0-9]{1,16}(?:;[0-9]{1,16}(?:,[0-9]{1,16}){0,199})?$" })) },
  { additionalProperties: false },
);
export type EventQuery = Static<typeof EventQuerySchema>;
