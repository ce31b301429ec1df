// One request through the tiers, live: a task is added the way a person's is, the answer tells what ran for it, and then its
// request id is looked up where each tier keeps its own account. Section 13.14 of the course chapter, with evidence.
import { engineNamed } from "../../engines/engines.ts";
import { type Evidence, type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { type HttpAnswer, request } from "../../platform/http.ts";
import type { House } from "./house.ts";
import { placesOf } from "./places.ts";
import { sightings } from "./sightings.ts";
import { livingMembers, readState } from "./state.ts";

export interface TraceOptions {
  /** Of the task that is added. */
  readonly title: string;
  /** The task stays. */
  readonly isKept: boolean;
}

export interface Hop {
  readonly tier: "client" | "proxy" | "app" | "database";
  readonly where: string;
  /** Until this tier had its answer. */
  readonly ms: number;
  /** The part of it that no tier further in used. */
  readonly ownMs: number;
}

export interface RunStatement {
  readonly sql: string;
  readonly values: readonly (string | number | boolean | null)[];
  readonly ms: number;
  readonly rows: number;
}

export interface TracedTask {
  readonly id: number;
  readonly title: string;
  readonly status: string;
  readonly created_at: string;
}

export interface TracedRequest {
  readonly requestId: string;
  readonly body: { readonly title: string };
  /** From the outside inwards; no proxy where the application listens itself. */
  readonly hops: readonly Hop[];
  readonly statements: readonly RunStatement[];
  readonly task: TracedTask;
  /** Whether each tier has the request in its own account, and whether the task was removed. */
  readonly verdict: Verdict;
}

interface Answer {
  readonly task: TracedTask;
  readonly trace?: {
    readonly request_id: string;
    readonly instance: string;
    readonly engine: string;
    readonly app_ms: number;
    readonly statements: readonly RunStatement[];
  };
}

/** Longer than the ten seconds after which nginx gives up, so that it is the one to say so. */
const timeoutMs = 12_000;

/** Throws RH-HOUSE-006 when the house is not up, RH-HOUSE-005 when the task is not added, RH-API-001 when its title is none. */
export async function traceRequest(context: Context, house: House, options: TraceOptions): Promise<TracedRequest> {
  const isProxied = await refuseDown(context, house);
  const { port, path, body } = { port: house.config.ports.proxy, path: "/api/tasks", body: { title: options.title } };
  const began = context.clock.monotonicMs();
  const answer = await request({ port, method: "POST", path, body, headers: { "rowhouse-trace": "1" }, timeoutMs }).catch(explain);
  const clientMs = context.clock.monotonicMs() - began;
  const { task, trace } = answerOf(answer);
  const found = trace && (await sightings(context, house, { requestId: trace.request_id, instance: trace.instance, taskId: task.id, isProxied }));
  const removal = options.isKept ? [] : [await remove(context, port, task.id)];
  if (!trace || !found)
    throw new Problem("RH-HOUSE-005", "the application tells no trace: it is of an older version", {
      hint: "Run `rowhouse down` and `rowhouse up`.",
    });
  const all = [...found, ...removal];
  return {
    requestId: trace.request_id,
    body,
    hops: hopsOf({ house, trace, clientMs, proxyMs: isProxied ? proxyMsOf(answer) : undefined }),
    statements: trace.statements,
    task,
    verdict: verdictOf(
      all.filter((one): one is Evidence => !("mend" in one)),
      all.filter((one): one is Finding => "mend" in one),
    ),
  };
}

/** Whether there is a proxy. Nothing is sent to a port that the house does not hold: somebody else may have it now. */
async function refuseDown(context: Context, house: House): Promise<boolean> {
  const places = placesOf(context, house.directory);
  const [living, { members }] = await Promise.all([livingMembers(places), readState(places)]);
  const outermost = "proxy" in members ? "proxy" : "app-1";
  if (outermost in living) return outermost === "proxy";
  throw down(`the house at ${house.directory} is not up`);
}

function explain(thrown: unknown): never {
  if (isProblem(thrown, "RH-CONN-001")) throw down(thrown.message, thrown);
  if (!isProblem(thrown, "RH-TIME-001", "RH-CONN-003")) throw thrown;
  throw new Problem(thrown.code, thrown.message, { cause: thrown, hint: "`rowhouse status` names the broken tier. The task may have been added." });
}

function down(message: string, cause?: Problem): Problem {
  return new Problem("RH-HOUSE-006", message, { hint: "Bring it up: `rowhouse up`. What is missing: `rowhouse status`.", cause });
}

function answerOf({ status, body }: HttpAnswer): Answer {
  if (status === 201) return JSON.parse(body) as Answer;
  const problem = problemIn(body);
  const message = `POST /api/tasks answers ${status}: ${problem.detail ?? problem.title ?? body.slice(0, 200)}`;
  if (status === 400) throw new Problem("RH-API-001", message, { field: problem.field, hint: "Give another --title." });
  const left = problem.code === "RH-CONN-004" ? " The task may have been added." : "";
  throw new Problem("RH-HOUSE-005", message, { hint: `\`rowhouse status\` names the broken tier.${left}` });
}

function problemIn(body: string): { readonly code?: string; readonly title?: string; readonly detail?: string; readonly field?: string } {
  try {
    return JSON.parse(body) as object;
  } catch {
    return {};
  }
}

/** nginx counts whole milliseconds; undefined when it said nothing. */
function proxyMsOf({ headers }: HttpAnswer): number | undefined {
  const seconds = Number(headers["x-proxy-seconds"]);
  return Number.isFinite(seconds) ? Math.round(seconds * 1_000) : undefined;
}

interface Measured {
  readonly house: House;
  readonly trace: NonNullable<Answer["trace"]>;
  readonly clientMs: number;
  readonly proxyMs: number | undefined;
}

function hopsOf({ house, trace, clientMs, proxyMs }: Measured): readonly Hop[] {
  const { ports, app, target } = house.config;
  const databaseMs = trace.statements.reduce((sum, { ms }) => sum + ms, 0);
  const measured: readonly Omit<Hop, "ownMs">[] = [
    { tier: "client", where: "this command", ms: clientMs },
    ...(proxyMs === undefined ? [] : [{ tier: "proxy", where: `nginx on 127.0.0.1:${ports.proxy}`, ms: proxyMs } as const]),
    { tier: "app", where: `${trace.instance} as ${app.role}`, ms: trace.app_ms },
    { tier: "database", where: `${engineNamed(house.config.engine).title} on ${target ?? `127.0.0.1:${ports.database}`}`, ms: databaseMs },
  ];
  return measured.map((hop, index) => ({ ...hop, ownMs: Math.max(0, hop.ms - (measured[index + 1]?.ms ?? 0)) }));
}

/** Evidence turns faulty when the task cannot be removed. */
async function remove(context: Context, port: number, id: number): Promise<Evidence | Finding> {
  const began = context.clock.monotonicMs();
  const path = `/api/tasks/${id}`;
  const outcome = await request({ port, method: "DELETE", path, timeoutMs }).catch((thrown: Error) => thrown);
  const seen = outcome instanceof Error ? outcome.message : `DELETE ${path} ${outcome.status}`;
  if (!(outcome instanceof Error) && outcome.status < 300) return { subject: "removal", seen, tookMs: context.clock.monotonicMs() - began };
  return { subject: "removal", seen: `task ${id} is still there: ${seen}`, mend: "Remove it on the board; `rowhouse status` names the broken tier." };
}
