// The composition root: builds the context from this process, finds the command, runs it, turns what went wrong into an exit code.
import { Problem, toProblem } from "../foundation/problem.ts";
import { systemClock } from "../platform/clock.ts";
import type { Context } from "../platform/context.ts";
import { packageVersion } from "../platform/package.ts";
import { lineLog } from "../platform/log.ts";
import { floorHelp, helpOf, overview } from "./help.ts";
import { typingOf } from "./hints.ts";
import { type Output, output } from "./output.ts";
import { parseCommand, verbsOf } from "./parse.ts";

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const isPlain = process.env["NO_COLOR"] !== undefined || process.env["TERM"] === "dumb";
  const context: Context = {
    clock: systemClock,
    log: lineLog(systemClock, (line) => process.stderr.write(line)),
    environment: process.env,
  };
  const typing = await typingOf(context, args, process.cwd());
  const printer = output({ out: process.stdout, err: process.stderr, isPlain }, { isJson: args.includes("--json"), typing });
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort(interrupted()));
  // The reader has seen enough: `rowhouse logs | head`. What runs in the foreground ends in order.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => interrupt.abort(interrupted()));
  try {
    return await runCommand(context, args, { output: printer, signal: interrupt.signal });
  } catch (thrown) {
    const problem = toProblem(thrown);
    printer.problem(problem);
    if (problem.code === "RH-BUG-001" && thrown instanceof Error && process.env["ROWHOUSE_DEBUG"]) process.stderr.write(`${thrown.stack}\n`);
    return problem.exitCode;
  }
}

async function runCommand(
  context: Context,
  args: readonly string[],
  how: { readonly output: Output; readonly signal: AbortSignal },
): Promise<number> {
  if (args[0] === "--version") {
    process.stdout.write(`rowhouse ${await packageVersion()}\n`);
    return 0;
  }
  const parsed = parseCommand(args);
  if (!parsed || parsed.options["help"]) {
    const { width } = how.output;
    const verbs = verbsOf(args.find((arg) => !arg.startsWith("-") && arg !== "help"));
    const general = () => (verbs.length > 0 ? floorHelp(args.find((arg) => verbsOf(arg).length > 0) ?? "", verbs, width) : overview(width));
    for (const line of parsed ? helpOf(parsed.command, width) : general()) process.stdout.write(`${line}\n`);
    return parsed || args.length > 0 ? 0 : 2;
  }
  const { command, options, operands } = parsed;
  return command.run({ context, ...how, options, operands, directory: process.cwd() });
}

function interrupted(): Problem {
  return new Problem("RH-USE-002", "interrupted", { hint: "Run it again: what was done stands, what was half done is done anew." });
}
