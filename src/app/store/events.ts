// The event of a write, in the write's own transaction: neither is there without the other.
import type { Session } from "../../drivers/driver.ts";
import { sql } from "../../foundation/sql.ts";
import type { Project } from "../api/contract/projects.ts";
import type { Task } from "../api/contract/tasks.ts";

export interface Event {
  readonly requestId: string;
  readonly kind: `${"task" | "project"}.${"created" | "changed" | "deleted"}`;
  /** The row as it is now, or as it last was. */
  readonly data: Task | Project;
}

export async function recordEvent(session: Session, event: Event): Promise<void> {
  await session.run(sql`
    insert into events (request_id, kind, entity_id, data)
    values (${event.requestId}, ${event.kind}, ${event.data.id}, ${JSON.stringify(event.data)})`);
}
