// Where a request left its id: nginx's log, the application's log, the event in the database. Looked up there, each by itself,
// so that a tier that keeps no account is named.
import { basename } from "node:path";
import { engineNamed } from "../../engines/engines.ts";
import type { Evidence, Finding } from "../../foundation/evidence.ts";
import { sql } from "../../foundation/sql.ts";
import { waitFor } from "../../platform/clock.ts";
import type { Context } from "../../platform/context.ts";
import { logins } from "./draft.ts";
import type { House } from "./house.ts";
import { lastLines, logFiles } from "./logs.ts";
import { placesOf } from "./places.ts";

export interface Sought {
  readonly requestId: string;
  /** The instance of the application that answered. */
  readonly instance: string;
  readonly taskId: number;
  readonly isProxied: boolean;
}

/** A line is written when its answer has gone out, so it may come a moment after it. */
const withinMs = 2_000;

/** Evidence turns faulty when a tier's own account does not have the request. */
export async function sightings(context: Context, house: House, sought: Sought): Promise<readonly (Evidence | Finding)[]> {
  const proxy = () => sightInLog(context, house, { ...sought, tier: "proxy", file: "access.log" });
  const app = () => sightInLog(context, house, { ...sought, tier: "app", file: `${sought.instance}.log` });
  return Promise.all([...(sought.isProxied ? [proxy()] : []), app(), sightInDatabase(context, house, sought)]);
}

async function sightInLog(
  context: Context,
  house: House,
  where: Sought & { readonly tier: string; readonly file: string },
): Promise<Evidence | Finding> {
  const began = context.clock.monotonicMs();
  const find = async () => {
    const files = await logFiles(context, house, where.tier);
    const file = files.find(({ path }) => basename(path) === where.file);
    const lines = file ? await lastLines(file, { lines: 100, text: where.requestId }) : [];
    return lines.map(fieldsOf).find((line) => line["request_id"] === where.requestId && line["status"] === 201);
  };
  const line = await waitFor(context.clock, { withinMs, everyMs: 50 }, find);
  if (line) return { subject: where.tier, seen: `${where.file}: ${accountOf(line)}`, tookMs: context.clock.monotonicMs() - began };
  return {
    subject: where.tier,
    seen: `${where.file} has no line of this request`,
    mend: `Look at \`rowhouse logs ${where.tier}\`, and whether the file was moved or the disk is full.`,
  };
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {}; // a line that was cut, or of another form
  }
}

/** The two logs call the path and the time by different names. */
function accountOf({ method, uri, path, status, seconds, ms }: Readonly<Record<string, unknown>>): string {
  return `${method} ${uri ?? path} ${status} after ${seconds === undefined ? `${ms} ms` : `${seconds} s`}`;
}

async function sightInDatabase(context: Context, house: House, { requestId, taskId }: Sought): Promise<Evidence | Finding> {
  const began = context.clock.monotonicMs();
  const outcome = await eventsOf(context, house, requestId).catch((thrown: Error) => thrown);
  const event = outcome instanceof Error ? undefined : outcome.find((one) => one.kind === "task.created" && one.entity_id === taskId);
  if (event)
    return { subject: "database", seen: `events: ${event.kind} ${event.entity_id} at ${event.at}`, tookMs: context.clock.monotonicMs() - began };
  return {
    subject: "database",
    seen: outcome instanceof Error ? `the events cannot be read: ${outcome.message}` : "events has no row of this request",
    mend: "A write without its event was made past the application, or something in the database changes events.",
  };
}

interface EventRow {
  readonly kind: string;
  readonly entity_id: number;
  readonly at: string;
}

async function eventsOf(context: Context, house: House, requestId: string): Promise<readonly EventRow[]> {
  const engine = engineNamed(house.config.engine);
  const { application } = await logins({ context, engine, places: placesOf(context, house.directory), house });
  await using session = await engine.driver.connect({ ...application, applicationName: "rowhouse trace" });
  return await session.all<EventRow>(sql`select kind, entity_id, at from events where request_id = ${requestId} order by id`);
}
