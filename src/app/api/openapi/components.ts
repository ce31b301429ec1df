// The schemas that have a name in the OpenAPI document. A schema that stands in a route is recognised by its text and replaced by
// a reference, so that routes use the schemas of the contract as they are and nothing has to be marked.
import type { TSchema } from "@sinclair/typebox";
import { AboutSchema, ProblemSchema } from "../contract/about.ts";
import { BulkAnswerSchema, BulkOperationSchema, BulkResultSchema, BulkSchema } from "../contract/bulk.ts";
import { ChangeSchema } from "../contract/events.ts";
import { filterSchemas, TaskListSchema } from "../contract/list.ts";
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
  ...Object.fromEntries(filterSchemas.map(({ $id, ...schema }) => [$id, schema as TSchema])),
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
const lengths = new Set([...names.keys()].map((text) => text.length));

/** All of them, with references to each other. */
export function components(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, read(schema).parts]));
}

/** `value` as plain JSON, with every schema in it that has a name replaced by a reference. */
export function referring(value: unknown): unknown {
  return read(value).value;
}

interface Read {
  /** The JSON text of what was read, to recognise it by. */
  readonly text: string;
  /** The same with references inside, and with itself as a reference if it has a name. */
  readonly parts: unknown;
  readonly value: unknown;
}

/** From the leaves up, so that each text is put together once. */
function read(value: unknown): Read {
  if (typeof value !== "object" || value === null) return { text: JSON.stringify(value), parts: value, value };
  if (Array.isArray(value)) {
    const all = value.map(read);
    const parts = all.map((one) => one.value);
    return { text: `[${all.map(({ text }) => text).join()}]`, parts, value: parts };
  }
  const all = Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, read(inner)] as const]));
  const text = `{${all.map(([name, one]) => `${JSON.stringify(name)}:${one.text}`).join()}}`;
  const parts = Object.fromEntries(all.map(([name, one]) => [name, name === "$ref" ? `#/components/schemas/${one.value}` : one.value]));
  const known = lengths.has(text.length) ? names.get(text) : undefined;
  return { text, parts, value: known === undefined ? parts : { $ref: `#/components/schemas/${known}` } };
}
