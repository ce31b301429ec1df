// The HTTP contract of the task application: what goes in, what comes out. The same schemas validate requests, shape answers
// and type the board. Times are RFC 3339 in UTC with six digits; unknown fields are refused.
import { type Static, Type } from "@sinclair/typebox";

export const statuses = ["pending", "active", "complete", "archived"] as const;
export type Status = (typeof statuses)[number];

/** MariaDB's TEXT holds 65,535 bytes; this many code points fit in it whatever they are. */
export const descriptionLimit = 16_000;
const integerLimit = 2_147_483_647;

const title = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const projectName = Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" });
const identifier = Type.Integer({ minimum: 1, maximum: integerLimit });
const status = Type.Unsafe<Status>({ type: "string", enum: [...statuses] });
const moment = Type.String({ format: "date-time", maxLength: 40 });
const nullable = <T extends import("@sinclair/typebox").TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const closed = { additionalProperties: false } as const;

const writableTask = {
  title,
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
  version: Type.Integer({ minimum: 1 }),
});
export type Task = Static<typeof TaskSchema>;

const { title: titleSchema, ...optionalTask } = writableTask;
export const NewTaskSchema = Type.Object({ title: titleSchema, ...Type.Partial(Type.Object(optionalTask)).properties }, closed);
export type NewTask = Static<typeof NewTaskSchema>;

export const TaskChangeSchema = Type.Partial(Type.Object(writableTask), { ...closed, minProperties: 1 });
export type TaskChange = Static<typeof TaskChangeSchema>;

/** GET /api/tasks: newest last, by id; `after` is the last id already seen. */
export const TaskQuerySchema = Type.Object(
  {
    status: Type.Optional(status),
    project_id: Type.Optional(identifier),
    after: Type.Optional(Type.Integer({ minimum: 0, maximum: integerLimit })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  },
  closed,
);
export type TaskQuery = Static<typeof TaskQuerySchema>;

export const TaskAnswerSchema = Type.Object({ task: TaskSchema });
/** `next` is the value of `after` for the following page, null on the last one. */
export const TaskListSchema = Type.Object({ tasks: Type.Array(TaskSchema), next: nullable(identifier) });
export type TaskList = Static<typeof TaskListSchema>;

export const ProjectSchema = Type.Object({ id: identifier, name: projectName, created_at: moment, task_count: Type.Integer({ minimum: 0 }) });
export type Project = Static<typeof ProjectSchema>;
export const NewProjectSchema = Type.Object({ name: projectName }, closed);
export type NewProject = Static<typeof NewProjectSchema>;
export const ProjectAnswerSchema = Type.Object({ project: ProjectSchema });
export const ProjectListSchema = Type.Object({ projects: Type.Array(ProjectSchema) });

export const IdentifierParams = Type.Object({ id: identifier }, closed);
/** Where a query means nothing, one is refused rather than ignored. */
export const NoQuerySchema = Type.Object({}, closed);

/** GET /api/about: what the board's footer shows. */
export const AboutSchema = Type.Object({ engine: Type.String(), version: Type.String(), instance: Type.String() });
export type About = Static<typeof AboutSchema>;

/** RFC 9457, served as application/problem+json. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  code: Type.String(),
  field: Type.Optional(Type.String()),
  request_id: Type.String(),
});
export type ProblemAnswer = Static<typeof ProblemSchema>;
