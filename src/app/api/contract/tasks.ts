// Tasks: what goes in, what comes out. Times are RFC 3339 in UTC with six digits; unknown fields are refused.
import { type Static, Type } from "@sinclair/typebox";
import { closed, identifier, integerLimit, moment, nullable, status, TraceSchema, version } from "./parts.ts";
import { projectName } from "./projects.ts";

/** MariaDB's TEXT holds 65,535 bytes; this many code points fit in it whatever they are. */
export const descriptionLimit = 16_000;

const writableTask = {
  title: Type.String({ minLength: 1, maxLength: 200, pattern: "\\S", description: "a text with more than spaces in it" }),
  description: nullable(Type.String({ maxLength: descriptionLimit })),
  status,
  priority: Type.Integer({ minimum: -integerLimit - 1, maximum: integerLimit }),
  is_active: Type.Boolean(),
  due_date: nullable(moment),
  project_id: nullable(identifier),
  assigned_to: nullable(Type.String({ minLength: 1, maxLength: 100 })),
};

export const TaskSchema = Type.Object({
  id: identifier,
  ...writableTask,
  created_at: moment,
  updated_at: moment,
  completed_at: nullable(moment),
  version,
  /** With `include=project` only: the project's row, null where there is none (a LEFT JOIN). */
  project: Type.Optional(nullable(Type.Object({ id: identifier, name: projectName }))),
});
export type Task = Static<typeof TaskSchema>;

const { title, ...optionalTask } = writableTask;
export const NewTaskSchema = Type.Object({ title, ...Type.Partial(Type.Object(optionalTask)).properties }, closed);
export type NewTask = Static<typeof NewTaskSchema>;

export const TaskChangeSchema = Type.Partial(Type.Object(writableTask), { ...closed, minProperties: 1 });
export type TaskChange = Static<typeof TaskChangeSchema>;

export const TaskAnswerSchema = Type.Object({ task: TaskSchema, trace: Type.Optional(TraceSchema) });
export type TaskAnswer = Static<typeof TaskAnswerSchema>;
