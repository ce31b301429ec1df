// rowhouse logs [tier]: the last lines of each log, or one request followed through all of them. Exit 1 when no line is of it.
import { basename } from "node:path";
import { formatBytes } from "../foundation/units.ts";
import { lastLines, type LogFile, logFiles, reachOf } from "../operations/stack/logs.ts";
import type { Invocation } from "./command.ts";
import { foundHouse } from "./found-house.ts";
import { columns, type Output } from "./output.ts";
import { integerOption, textOption } from "./parse.ts";

export async function logs(invocation: Invocation): Promise<number> {
  const { context, output, options, operands } = invocation;
  const lines = integerOption(options, "lines", { from: 1, to: 100_000 }) ?? 50;
  const { house, warnings } = await foundHouse(invocation);
  for (const warning of warnings) output.warning(warning);
  const requestId = textOption(options, "request");
  const files = await logFiles(context, house, operands[0]);
  const found = await Promise.all(
    files.map(async (file) => ({ ...file, lines: requestId === "" ? [] : await lastLines(file, { lines, text: requestId }) })),
  );
  output.envelope({ result: found });
  for (const file of found.filter((one) => one.lines.length > 0)) {
    output.line(`== ${file.tier}  ${file.path}`);
    for (const line of file.lines) output.line(line);
  }
  if (found.some((file) => file.lines.length > 0)) return 0;
  await printNothing(output, files, requestId);
  return requestId === undefined ? 0 : 1;
}

/** Where it was looked and how far back, since a line may be older than that. */
async function printNothing(output: Output, files: readonly LogFile[], requestId: string | undefined): Promise<void> {
  if (requestId === "") return output.advice("Nothing found: --request is empty, and no request has an empty id.");
  if (requestId === undefined) return output.advice(files.length === 0 ? "There is no log yet." : "No log has a line yet.");
  output.advice(`Nothing found of request ${JSON.stringify(requestId)} in:`);
  const rows = await Promise.all(files.map(async (file) => [`  ${basename(file.path)}`, describeReach(await reachOf(file))]));
  for (const line of columns(rows, output.width)) output.line(line);
  output.advice("The id is in the answer's X-Request-Id. Older lines are not looked through.");
}

function describeReach({ bytes, size, since }: Awaited<ReturnType<typeof reachOf>>): string {
  if (size === 0) return "empty";
  const part = bytes < size ? `the last ${formatBytes(bytes)} of ${formatBytes(size)}` : `all ${formatBytes(size)}`;
  return since === undefined ? part : `${part}, since ${since}`;
}
