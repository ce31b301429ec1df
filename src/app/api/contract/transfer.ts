// GET /api/tasks/export and POST /api/tasks/import: every task as CSV, JSON or JSON lines, in constant memory.
import { type Static, Type } from "@sinclair/typebox";
import { selection } from "./list.ts";
import { closed, identifier, moment, nullable, version } from "./parts.ts";
import { projectName } from "./projects.ts";
import { NewTaskSchema, TaskSchema } from "./tasks.ts";

export const formats = ["csv", "json", "ndjson"] as const;
export type Format = (typeof formats)[number];

export const ExportQuerySchema = Type.Object(
  { ...selection, format: Type.Optional(Type.Unsafe<Format>({ type: "string", enum: [...formats] })) },
  closed,
);
export type ExportQuery = Static<typeof ExportQuerySchema>;

/** A task in a file: its project by name too, since ids mean nothing in another service. */
export const TransferredTaskSchema = Type.Object({ ...TaskSchema.properties, project: nullable(projectName) });
export type TransferredTask = Static<typeof TransferredTaskSchema>;

export const TransferredProjectSchema = Type.Object({ id: identifier, name: projectName, created_at: moment, version });
export type TransferredProject = Static<typeof TransferredProjectSchema>;

/** `format=json`; `format=ndjson` has one `{"project": …}` or `{"task": …}` a line, `format=csv` one task a line. */
export const ExportSchema = Type.Object({ projects: Type.Array(TransferredProjectSchema), tasks: Type.Array(TransferredTaskSchema) });
export const ExportLineSchema = Type.Union([
  Type.Object({ project: TransferredProjectSchema }, closed),
  Type.Object({ task: TransferredTaskSchema }, closed),
]);

export const ImportQuerySchema = Type.Object(
  {
    /** `keep` takes id, version and moments from the file, for a service that has none of these tasks; `new` gives new ones. */
    ids: Type.Optional(Type.Unsafe<"new" | "keep">({ type: "string", enum: ["new", "keep"] })),
    /** Reads and checks everything, and changes nothing. */
    dry_run: Type.Optional(Type.Unsafe<"true" | "false">({ type: "string", enum: ["true", "false"] })),
  },
  closed,
);
export type ImportQuery = Static<typeof ImportQuerySchema>;

/** A task to import. A project's name goes before its id: without one, `project_id` has to be there already. */
export const ImportedTaskSchema = Type.Object(
  {
    ...NewTaskSchema.properties,
    project: Type.Optional(nullable(projectName)),
    ...Type.Partial(Type.Object({ id: identifier, version, created_at: moment, updated_at: moment, completed_at: nullable(moment) })).properties,
  },
  closed,
);
export type ImportedTask = Static<typeof ImportedTaskSchema>;

export const ImportedProjectSchema = Type.Object(
  { name: projectName, ...Type.Partial(Type.Object({ id: identifier, version, created_at: moment })).properties },
  closed,
);
export type ImportedProject = Static<typeof ImportedProjectSchema>;

/** The highest id that `ids=keep` takes: beyond it none would be left for new tasks. */
export const keptIdLimit = 2_000_000_000;

export const ImportSchema = Type.Object(
  { projects: Type.Optional(Type.Array(ImportedProjectSchema)), tasks: Type.Optional(Type.Array(ImportedTaskSchema)) },
  closed,
);

export const ImportAnswerSchema = Type.Object({
  tasks: Type.Integer({ minimum: 0 }),
  /** Made because a task named them. */
  projects: Type.Integer({ minimum: 0 }),
  dry_run: Type.Boolean(),
});
export type ImportAnswer = Static<typeof ImportAnswerSchema>;

/** How many bad lines an answer lists; reading stops behind them. */
export const badLineLimit = 10_000;
