// A row as one text that is equal for equal rows: the server's own form of the whole row, in a session that prints values
// exactly (content.ts). Source: postgresql.org/docs/current/rowtypes.html (composite output)
import { sql } from "../../../foundation/sql.ts";

/** Of the row `t`; the star keeps a column of that name from being meant. */
export const rowText = sql`(t.*)::text`;
