// rowhouse trace: one request through the tiers in the eight steps of the course's section 13.14, and where its id was found
// afterwards. Exit 0 when every tier has it, 1 when one has not.
import type { Evidence, Finding } from "../foundation/evidence.ts";
import { type Hop, type RunStatement, type TracedRequest, traceRequest } from "../operations/stack/trace.ts";
import type { Invocation } from "./command.ts";
import { foundHouse } from "./found-house.ts";
import { columns, type Output, wrapped } from "./output.ts";
import { textOption } from "./parse.ts";

/** Of a pipe, which has no width of its own; and no wider on a wide terminal: it is read line by line. */
const widest = 80;
const narrowest = 50;
const shownCharacters = 60;

export async function trace(invocation: Invocation): Promise<number> {
  const { context, output, options } = invocation;
  const { house, warnings } = await foundHouse(invocation);
  for (const warning of warnings) output.warning(warning);
  const isKept = options["keep"] === true;
  const found = await traceRequest(context, house, { title: textOption(options, "title") ?? "Deploy v2", isKept });
  output.envelope({ result: { house: house.directory, ...found } });
  printTrace(output, found, isKept);
  return found.verdict.state === "sound" ? 0 : 1;
}

function printTrace(output: Output, found: TracedRequest, isKept: boolean): void {
  const width = Math.max(narrowest, Math.min(output.width, widest));
  const print = (...lines: readonly string[]) => {
    for (const line of lines) output.line(line);
  };
  print(`request ${found.requestId}`, "", ...stepLines(found, width), "");
  print(...hopLines(found.hops), "", "The same id, looked up in each tier's own account:");
  print(...sightingLines(found, width), ...(isKept ? [`Task ${found.task.id} stays, as asked.`] : []));
}

function stepLines(found: TracedRequest, width: number): readonly string[] {
  const { task, statements } = found;
  const hop = (tier: Hop["tier"]) => found.hops.find((one) => one.tier === tier);
  const proxy = hop("proxy");
  const app = hop("app")?.where.split(" ")[0] ?? "";
  const row = `id ${task.id}, title ${JSON.stringify(task.title)}, status ${task.status}, created_at ${task.created_at}`;
  const steps: readonly (readonly [string, string])[] = [
    ["client", `sends POST /api/tasks ${JSON.stringify(found.body)}`],
    ["nginx", proxy ? `takes it on ${proxy.where.replace("nginx on ", "")} and passes it to ${app}` : builtIn],
    [app, "checks the body and takes a connection of its pool"],
    ["database", `${hop("database")?.where} runs, in one transaction:`],
    ["database", `keeps the row and gives it back: ${row}`],
    [app, `answers 201 {"task":{"id":${task.id},…}} after ${duration(hop("app")?.ms)}`],
    ["nginx", proxy ? `passes the answer on after ${duration(proxy.ms)}` : builtIn],
    ["client", `has it after ${duration(hop("client")?.ms)}`],
  ];
  return steps.flatMap(([who, does], index) => [
    ...hanging(`${index + 1}  ${who.padEnd(8)}  `, does, width),
    ...(index === 3 ? statements.flatMap((statement) => statementLines(statement, width)) : []),
  ]);
}

const builtIn = "is not there: the application listens on the port itself (built in)";

function statementLines({ sql, values, ms, rows }: RunStatement, width: number): readonly string[] {
  const bound = values.map((value) => (typeof value === "string" ? quoted(value) : String(value)));
  const count = rows === 0 ? "" : `${rows} ${rows === 1 ? "row" : "rows"}`;
  return [
    ...hanging(`   ${duration(ms).padStart(9)}  `, sql, width),
    ...(bound.length > 0 ? hanging(`   ${count.padStart(9)}  with `, bound.join(", "), width) : []),
  ];
}

/** As SQL writes a text, but on one line. */
function quoted(text: string): string {
  const characters = [...text];
  const shown = characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join("")}…` : text;
  return `'${shown.replaceAll("'", "''").replace(/[\n\r\t]/g, (control) => JSON.stringify(control).slice(1, -1))}'`;
}

function hopLines(hops: readonly Hop[]): readonly string[] {
  const rows = hops.map(({ tier, where, ms, ownMs }) => [tier, duration(ms).padStart(8), duration(ownMs).padStart(11), where]);
  return columns([["hop", "answered", "of it alone", "where"], ...rows]);
}

function sightingLines({ verdict }: TracedRequest, width: number): readonly string[] {
  if (verdict.state === "unknown") return [verdict.because];
  const line = (subject: string, state: string, text: string) => hanging(`${subject.padEnd(8)}   ${state.padEnd(6)}   `, text, width);
  const seen = verdict.evidence.flatMap((one: Evidence) => line(one.subject, one.subject === "removal" ? "done" : "seen", one.seen));
  if (verdict.state === "sound") return seen;
  return [...seen, ...verdict.findings.flatMap((one: Finding) => line(one.subject, "FAULTY", `${one.seen}. ${one.mend}`))];
}

/** `text` behind `head`, wrapped to the width, every further line under the text's first. */
function hanging(head: string, text: string, width: number): readonly string[] {
  return wrapped(text, width - head.length).map((line, index) => `${index === 0 ? head : " ".repeat(head.length)}${line}`);
}

/** nginx knows whole milliseconds only, everything else microseconds. */
function duration(ms: number | undefined): string {
  if (ms === undefined) return "?";
  return `${Number.isInteger(ms) ? ms : ms.toFixed(2)} ms`;
}
