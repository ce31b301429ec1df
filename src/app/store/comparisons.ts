// The comparisons that filters and bounds have in common, by the names that they have in the contract.
import { type Sql, type SqlFragment, sql } from "../../foundation/sql.ts";

const comparisons: Readonly<Record<string, (left: Sql, right: SqlFragment) => Sql>> = {
  eq: (left, right) => sql`${left} = ${right}`,
  ne: (left, right) => sql`${left} <> ${right}`,
  gt: (left, right) => sql`${left} > ${right}`,
  gte: (left, right) => sql`${left} >= ${right}`,
  lt: (left, right) => sql`${left} < ${right}`,
  lte: (left, right) => sql`${left} <= ${right}`,
};

/** As SQL compares: never true when either side is NULL. */
export function compared(left: Sql, operator: string, right: SqlFragment): Sql {
  const compare = comparisons[operator];
  if (!compare) throw new Error(`not an operator: ${operator}`);
  return compare(left, right);
}
