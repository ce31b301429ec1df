// Lists of tasks: which, in what order, how many, from where on. A filter is an object, the same in a query (as JSON) and in a
// body. Fields that stand beside each other are joined by AND, `or` takes a list of filters; a comparison with a field that is
// NULL is never true, as in SQL, and only `{"eq": null}` and `{"ne": null}` ask for NULL itself.
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { closed, identifier, integerLimit, moment, nullable, status, statuses } from "./parts.ts";
import { TaskSchema } from "./tasks.ts";

export const pageLimit = 1_000;
export const offsetLimit = 1_000_000;
/** In one filter, however nested. */
export const conditionLimit = 100;

const choices = <T extends TSchema>(one: T) => ({ eq: one, ne: one, in: Type.Array(one, { minItems: 1, maxItems: 100 }) });
const ranges = <T extends TSchema>(one: T) => ({ gt: one, gte: one, lt: one, lte: one });
const texts = { contains: Type.String({ maxLength: 200 }), starts_with: Type.String({ maxLength: 200 }), ends_with: Type.String({ maxLength: 200 }) };
const operators = <T extends Record<string, TSchema>>(of: T) => Type.Partial(Type.Object(of), { ...closed, minProperties: 1 });

const text = (maxLength: number) => Type.String({ maxLength });
const number = Type.Integer({ minimum: -integerLimit - 1, maximum: integerLimit });
const orNull = <T extends TSchema>(of: Record<string, T>, one: TSchema) => ({ ...of, eq: nullable(one), ne: nullable(one) });

/** Operators by field; a plain value is short for `{"eq": value}`. */
const fields = {
  id: Type.Union([identifier, operators({ ...choices(identifier), ...ranges(identifier) })]),
  title: Type.Union([text(200), operators({ ...choices(text(200)), ...ranges(text(200)), ...texts })]),
  description: Type.Union([nullable(text(200)), operators({ ...orNull(choices(text(200)), text(200)), ...texts })]),
  status: Type.Union([status, operators(choices(status))]),
  priority: Type.Union([number, operators({ ...choices(number), ...ranges(number) })]),
  is_active: Type.Union([Type.Boolean(), operators({ eq: Type.Boolean(), ne: Type.Boolean() })]),
  due_date: Type.Union([nullable(moment), operators({ ...orNull(choices(moment), moment), ...ranges(moment) })]),
  project_id: Type.Union([nullable(identifier), operators({ ...orNull(choices(identifier), identifier), ...ranges(identifier) })]),
  assigned_to: Type.Union([nullable(text(100)), operators({ ...orNull(choices(text(100)), text(100)), ...ranges(text(100)), ...texts })]),
  created_at: operators(ranges(moment)),
  updated_at: operators(ranges(moment)),
  completed_at: Type.Union([Type.Null(), operators({ eq: Type.Null(), ne: Type.Null(), ...ranges(moment) })]),
};

export type FilterField = keyof typeof fields;

const flatFilter = Type.Partial(Type.Object(fields));
type FlatFilter = Static<typeof flatFilter>;

export interface TaskFilter extends FlatFilter {
  readonly and?: readonly TaskFilter[];
  readonly or?: readonly TaskFilter[];
}

const named = ($id: string, more: Record<string, TSchema>) =>
  Type.Object({ ...flatFilter.properties, ...more }, { ...closed, minProperties: 1, $id });
const joined = (inner: string) => {
  const several = Type.Optional(Type.Array(Type.Unsafe({ $ref: inner }), { minItems: 1, maxItems: 20 }));
  return { and: several, or: several };
};

/**
 * Two levels of `or` and `and` below the outermost say everything that a screen or a script has asked for so far. Each level is
 * compiled once and referred to by its name: written out wherever it is used it took the server two seconds and 150 MB to start.
 */
export const filterSchemas = [
  named("TaskFilter", joined("TaskFilterPart")),
  named("TaskFilterPart", joined("TaskFilterLeaf")),
  named("TaskFilterLeaf", {}),
];
export const TaskFilterSchema = Type.Unsafe<TaskFilter>({ $ref: "TaskFilter" });

/** In a query: the JSON text of the schema in `contentSchema`, parsed before it is validated. */
export const jsonText = <T extends TSchema>(schema: T) => Type.Unsafe<Static<T>>({ ...schema, contentMediaType: "application/json" });

export const sortFields = [
  "id",
  "title",
  "status",
  "priority",
  "due_date",
  "project_id",
  "assigned_to",
  "created_at",
  "updated_at",
  "completed_at",
] as const;
export type SortField = (typeof sortFields)[number];
const anyStatus = `(?:${statuses.join("|")})`;
const sortKey = `-?(?:${sortFields.join("|")})`;

export const selection = {
  status: Type.Optional(
    Type.String({ pattern: `^${anyStatus}(?:,${anyStatus}){0,3}$`, description: `one or several of ${statuses.join(", ")}, joined by commas` }),
  ),
  project_id: Type.Optional(identifier),
  search: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "text that the title or the description holds, in any case; % and _ are themselves" }),
  ),
  filter: Type.Optional(jsonText(TaskFilterSchema)),
};
export type Selection = { readonly status?: string; readonly project_id?: number; readonly search?: string; readonly filter?: TaskFilter };

/** GET /api/tasks. `after` is the `next` of the page before, for the same `sort`; it does not go with `offset`. */
export const TaskQuerySchema = Type.Object(
  {
    ...selection,
    /** NULLs come last in both directions; `id` ends every order. */
    sort: Type.Optional(
      Type.String({
        pattern: `^${sortKey}(?:,${sortKey}){0,4}$`,
        description: `up to five columns joined by commas, - before one for the descending order: ${sortFields.join(", ")}`,
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimit })),
    after: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9_-]{1,4000}$", description: "the next of the page before" })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: offsetLimit })),
    include: Type.Optional(Type.Literal("project")),
    /** `exact` adds `total`, the number of tasks that match. */
    count: Type.Optional(Type.Literal("exact")),
  },
  closed,
);
export type TaskQuery = Static<typeof TaskQuerySchema>;

/** `next` is the value of `after` for the following page, null on the last one. */
export const TaskListSchema = Type.Object({
  tasks: Type.Array(TaskSchema),
  next: nullable(Type.String()),
  total: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type TaskList = Static<typeof TaskListSchema>;
