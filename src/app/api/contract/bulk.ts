// POST /api/tasks/bulk: many writes in one transaction, all or none. A failure names its place as `operations[3]…`.
import { type Static, type TObject, Type } from "@sinclair/typebox";
import { TaskFilterSchema } from "./list.ts";
import { closed, identifier, version } from "./parts.ts";
import { NewTaskSchema, TaskChangeSchema, TaskSchema } from "./tasks.ts";

export const operationLimit = 1_000;
export const bulkLimitBytes = 4 * 1_048_576;
/** Rows that one operation with a filter may touch. */
export const filteredLimit = 10_000;

/** How many rows the caller has seen that the filter matches; another number there changes nothing. */
const count = Type.Integer({ minimum: 0, maximum: filteredLimit });

/** One of several kinds of object, told apart by `op`: what is wrong is then said of the kind that was meant. */
const oneOf = <T extends TObject[]>(...kinds: T) =>
  Type.Unsafe<Static<T[number]>>({ type: "object", required: ["op"], discriminator: { propertyName: "op" }, oneOf: kinds });

export const BulkOperationSchema = oneOf(
  Type.Object({ op: Type.Literal("create"), task: NewTaskSchema }, closed),
  Type.Object({ op: Type.Literal("update"), id: identifier, version, change: TaskChangeSchema }, closed),
  Type.Object({ op: Type.Literal("delete"), id: identifier, version: Type.Optional(version) }, closed),
  Type.Object({ op: Type.Literal("update_where"), filter: TaskFilterSchema, count, change: TaskChangeSchema }, closed),
  Type.Object({ op: Type.Literal("delete_where"), filter: TaskFilterSchema, count }, closed),
);
export type BulkOperation = Static<typeof BulkOperationSchema>;

export const BulkSchema = Type.Object({ operations: Type.Array(BulkOperationSchema, { minItems: 1, maxItems: operationLimit }) }, closed);
export type Bulk = Static<typeof BulkSchema>;

/** One for each operation, in their order: the tasks as they are now (`create`, `update`), as they last were (`delete`). */
export const BulkResultSchema = Type.Object({
  op: Type.String(),
  task: Type.Optional(TaskSchema),
  count: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type BulkResult = Static<typeof BulkResultSchema>;
export const BulkAnswerSchema = Type.Object({ results: Type.Array(BulkResultSchema) });
export type BulkAnswer = Static<typeof BulkAnswerSchema>;
