// The event of a write, in the write's own transaction: neither is there without the other. Listeners rely on two things. The id
// is taken while the row's lock is held, so that the events of one row have rising ids. And it is taken last, by a statement of
// its own behind everything that may be refused: an id that is never committed stays a gap that they have to watch (decision 0009).
import type { Session } from "../../drivers/driver.ts";
import { sql } from "../../foundation/sql.ts";
import type { Project } from "../api/contract/projects.ts";
import type { Task } from "../api/contract/tasks.ts";

export type Event = {
  readonly requestId: string;
} & (
  | {
      readonly kind: `${"task" | "project"}.${"created" | "changed" | "deleted"}`;
      /** The row as it is now, or as it last was. */
      readonly data: Task | Project;
    }
  | { readonly kind: "tasks.imported"; readonly data: { readonly count: number } }
);

/** Rows of one statement: a hundred of the longest tasks stay below the packet that both servers take. */
const rowsAtOnce = 100;

export async function recordEvent(session: Session, event: Event): Promise<void> {
  await recordEvents(session, [event]);
}

/** In the order given, which has to be the order in which the rows were written. */
export async function recordEvents(session: Session, events: readonly Event[]): Promise<void> {
  for (let first = 0; first < events.length; first += rowsAtOnce) {
    const rows = events.slice(first, first + rowsAtOnce).map(({ requestId, kind, data }) => {
      const entityId = "id" in data ? data.id : 0; // an import is of no row in particular
      return sql`(${requestId}, ${kind}, ${entityId}, ${JSON.stringify(data)})`;
    });
    await session.run(sql`insert into events (request_id, kind, entity_id, data) values ${sql.join(rows, ", ")}`);
  }
}
