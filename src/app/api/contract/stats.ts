// GET /api/tasks/stats: the tasks of a selection in groups, with COUNT and, of their priority, SUM, AVG, MIN and MAX. Both
// engines give the same digits: `avg` is rounded to six decimals from the exact sum.
import { type Static, Type } from "@sinclair/typebox";
import { closed, identifier, nullable, status } from "./parts.ts";
import { jsonText, selection } from "./list.ts";
import { projectName } from "./projects.ts";

export const groupings = ["status", "project", "priority", "assignee"] as const;
export type Grouping = (typeof groupings)[number];
const grouping = `(?:${groupings.join("|")})`;

/** At most six decimals; `multipleOf` would not do, since it divides binary fractions. */
const bound = Type.Number({ minimum: -1e12, maximum: 1e12 });
const bounds = Type.Partial(Type.Object({ eq: bound, gt: bound, gte: bound, lt: bound, lte: bound }), { ...closed, minProperties: 1 });
/** HAVING: groups that keep every bound, the others are left out. */
export const HavingSchema = Type.Partial(Type.Object({ count: bounds, sum: bounds, avg: bounds, min: bounds, max: bounds }), {
  ...closed,
  minProperties: 1,
});
export type Having = Static<typeof HavingSchema>;

export const StatsQuerySchema = Type.Object(
  {
    ...selection,
    group: Type.String({
      pattern: `^(?!.*\\b(\\w+)\\b.*\\b\\1\\b)${grouping}(?:,${grouping}){0,3}$`,
      description: `one or several of ${groupings.join(", ")}, each once, joined by commas`,
    }),
    having: Type.Optional(jsonText(HavingSchema)),
  },
  closed,
);
export type StatsQuery = Static<typeof StatsQuerySchema>;

export const StatsGroupSchema = Type.Object({
  /** Present when grouped by it. */
  status: Type.Optional(status),
  project: Type.Optional(nullable(Type.Object({ id: identifier, name: projectName }))),
  priority: Type.Optional(Type.Integer()),
  assignee: Type.Optional(nullable(Type.String())),
  count: Type.Integer({ minimum: 1 }),
  sum: Type.Integer(),
  avg: Type.Number(),
  min: Type.Integer(),
  max: Type.Integer(),
});
export type StatsGroup = Static<typeof StatsGroupSchema>;
export const groupLimit = 10_000;
/** In the order of the columns that they are grouped by, NULL last; a selection that makes more than the limit is refused. */
export const StatsSchema = Type.Object({ groups: Type.Array(StatsGroupSchema) });
export type Stats = Static<typeof StatsSchema>;
