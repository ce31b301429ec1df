// The schemas that have a name in the OpenAPI document. A schema that stands in a route is recognised by its text and replaced by
// a reference, so that routes use the schemas of the contract as they are and nothing has to be marked.
import type { TSchema } from "@sinclair/typebox";
import { AboutSchema, ProblemSchema } from "../contract/about.ts";
import { BulkAnswerSchema, BulkOperationSchema, BulkResultSchema, BulkSchema } from "../contract/bulk.ts";
import { ChangeSchema } from "../contract/events.ts";
import { TaskFilterSchema, TaskListSchema } from "../contract/list.ts";
import { TraceSchema } from "../contract/parts.ts";
import { NewProjectSchema, ProjectAnswerSchema, ProjectListSchema, ProjectSchema } from "../contract/projects.ts";
import { HavingSchema, StatsGroupSchema, StatsSchema } from "../contract/stats.ts";
import { NewTaskSchema, TaskAnswerSchema, TaskChangeSchema, TaskSchema } from "../contract/tasks.ts";
import { ImportAnswerSchema } from "../contract/transfer.ts";

const named: Readonly<Record<string, TSchema>> = {
  Task: TaskSchema,
  NewTask: NewTaskSchema,
  TaskChange: TaskChangeSchema,
  TaskAnswer: TaskAnswerSchema,
  TaskList: TaskListSchema,
  TaskFilter: TaskFilterSchema,
  Stats: StatsSchema,
  StatsGroup: StatsGroupSchema,
  Having: HavingSchema,
  Bulk: BulkSchema,
  BulkOperation: BulkOperationSchema,
  BulkResult: BulkResultSchema,
  BulkAnswer: BulkAnswerSchema,
  ImportAnswer: ImportAnswerSchema,
  Project: ProjectSchema,
  NewProject: NewProjectSchema,
  ProjectAnswer: ProjectAnswerSchema,
  ProjectList: ProjectListSchema,
  Change: ChangeSchema,
  Trace: TraceSchema,
  About: AboutSchema,
  Problem: ProblemSchema,
};

const names = new Map(Object.entries(named).map(([name, schema]) => [JSON.stringify(schema), name]));

/** All of them, with references to each other. */
export function components(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, mapParts(schema)]));
}

/** `value` as plain JSON, with every schema in it that has a name replaced by a reference. */
export function referring(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const name = names.get(JSON.stringify(value));
  return name === undefined ? mapParts(value) : { $ref: `#/components/schemas/${name}` };
}

function mapParts(value: object): unknown {
  if (Array.isArray(value)) return value.map(referring);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, referring(inner)]));
}
