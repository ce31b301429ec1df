// The four columns, in the order of the work. The contract's list is a value of the server's; this record cannot leave one out.
import type { Status } from "../../src/app/api/contract/parts.ts";

export const statusTitles: Readonly<Record<Status, string>> = { pending: "Pending", active: "Active", complete: "Complete", archived: "Archived" };

export const statusOrder = Object.keys(statusTitles) as readonly Status[];
