// rowhouse up and rowhouse serve: the same operation, told to a person or to a service manager's log.
import { createInterface } from "node:readline/promises";
import type { Evidence } from "../foundation/evidence.ts";
import { planText } from "../foundation/plan.ts";
import { Problem } from "../foundation/problem.ts";
import { formatDuration } from "../foundation/units.ts";
import { engineNamed } from "../engines/engines.ts";
import { protectionOf } from "../operations/backup/protection.ts";
import { appDefaults, settleEngine, type UpOptions } from "../operations/stack/draft.ts";
import { findHouseDirectory, type House, houseFile } from "../operations/stack/house.ts";
import { placesOf } from "../operations/stack/places.ts";
import { serveLock, urlOf } from "../operations/stack/status.ts";
import { parseTarget } from "../operations/stack/target.ts";
import { planUp } from "../operations/stack/up.ts";
import { exists } from "../platform/files.ts";
import { lockOwner } from "../platform/locks.ts";
import { askReport } from "../serve/control.ts";
import { serve, type UpReport } from "../serve/serve.ts";
import { alreadyUp } from "./already-up.ts";
import type { Invocation } from "./command.ts";
import { detach } from "./detach.ts";
import { columns, showPlan } from "./output.ts";
import { integerOption, textOption } from "./parse.ts";

export async function up(invocation: Invocation): Promise<number> {
  const { context, output, options } = invocation;
  const wanted = await upOptions(invocation);
  await settleEngine(wanted); // what is asked for must not differ from what the house is, up or not
  const owner = await lockOwner(serveLock(placesOf(context, wanted.directory)));
  if (owner) {
    if (await askReport(placesOf(context, wanted.directory))) return alreadyUp(invocation, wanted, owner.pid);
    throw new Problem("RH-LOCK-001", `pid ${owner.pid} is bringing this house up or taking it down since ${owner.since}`, {
      hint: "Wait for it; `rowhouse status` tells how far it is.",
    });
  }
  const { plan } = await planUp(context, wanted);
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  await confirmTarget(invocation, wanted);
  await consent(
    invocation,
    planText(plan).steps.flatMap((step) => (/^(install|fetch) /.test(step.title) ? (step.run ?? []) : [])),
  );
  if (options["detach"]) {
    await printReport(invocation, await detach(invocation, wanted), "`rowhouse down` stops it");
    return 0;
  }
  return inForeground(invocation, wanted);
}

/** For a service manager: plain log lines on standard error, no questions. */
export async function serveCommand(invocation: Invocation): Promise<number> {
  const { context, output, signal } = invocation;
  const wanted = await upOptions(invocation);
  await confirmTarget(invocation, wanted);
  await serve(context, wanted, {
    signal,
    onStep: ({ title }) => context.log.info("step", { title }),
    onReady: (report) => {
      context.log.info("ready", { house: report.house.directory, tookMs: Math.round(report.tookMs) });
      output.envelope({ evidence: report.evidence, result: resultOf(report) });
    },
    onEnd: () => context.log.info("down"),
  });
  return 0;
}

async function inForeground(invocation: Invocation, wanted: UpOptions): Promise<number> {
  const { context, output, signal } = invocation;
  let isReady = false;
  await serve(context, wanted, {
    signal,
    onStep: ({ title }) => output.progress(title),
    onReady: (report) => {
      isReady = true;
      void printReport(invocation, report, "Ctrl-C stops");
    },
    onEnd: () => output.line(`Stopped. The data stays in ${wanted.directory}.`),
  });
  return isReady ? 0 : 130;
}

async function upOptions({ context, output, options, directory: from }: Invocation): Promise<UpOptions> {
  const engine = textOption(options, "engine");
  if (engine !== undefined) engineNamed(engine);
  const directory = await findHouseDirectory(context, { house: textOption(options, "house"), engine }, from);
  if (directory !== (await findHouseDirectory(context, {}, from))) output.about(directory);
  return {
    directory,
    engine,
    port: integerOption(options, "port", { from: 1, to: 65_535 }),
    databasePort: integerOption(options, "database-port", { from: 1, to: 65_535 }),
    instances: integerOption(options, "instances", { from: 1, to: 32 }),
    target: textOption(options, "target"),
    isDemo: options["demo"] === true,
    mayInstall: options["install"] === true || context.environment["ROWHOUSE_INSTALL"] !== "never",
  };
}

/** A server that Rowhouse did not install is changed only when the plan was confirmed with the database's name. */
async function confirmTarget({ options, output }: Invocation, wanted: UpOptions): Promise<void> {
  if (wanted.target === undefined || (await exists(houseFile(wanted.directory)))) return;
  const { database } = appDefaults(wanted);
  const isAsked = options["confirm"] === undefined && process.stdin.isTTY && output.isLive;
  const answer = isAsked
    ? await ask(
        `This makes the database ${database} and four roles on ${wanted.target} (--dry-run shows the statements). Type ${database} to go on: `,
      )
    : options["confirm"];
  if (answer === database) return;
  throw new Problem("RH-USE-003", `nothing was changed on ${wanted.target}: the name ${database} was not given`, {
    hint: `See what would be done with --dry-run, then add --confirm ${database}.`,
  });
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

/** On a terminal the commands are shown and asked for; elsewhere the person said yes by not saying ROWHOUSE_INSTALL=never. */
async function consent({ output, options }: Invocation, commands: readonly (readonly string[])[]): Promise<void> {
  if (commands.length === 0) return;
  for (const argv of commands) output.progress(`$ ${argv.join(" ")}${output.isLive ? "\n" : ""}`);
  if (options["install"] || !process.stdin.isTTY || !output.isLive) return;
  const answer = await ask("These are needed and not there. Run them? [Y/n] ");
  if (!/^(y|yes|)$/i.test(answer)) {
    throw new Problem("RH-USE-003", "not installed", { hint: "Install them yourself, or set ROWHOUSE_INSTALL=never to go without nginx." });
  }
}

function resultOf(report: UpReport) {
  const { house, tookMs } = report;
  const { ports, app } = house.config;
  const engine = engineNamed(house.config.engine);
  return {
    house: house.directory,
    engine: engine.name,
    url: urlOf(house),
    found: report.found,
    login: engine.server.clientCommand({ host: targetHost(house) ?? "localhost", port: ports.database, user: app.role, database: app.database }),
    tookMs: Math.round(tookMs),
  };
}

function targetHost(house: House): string | undefined {
  return house.config.target === undefined ? undefined : parseTarget(house.config.target).host;
}

async function printReport({ context, output }: Invocation, report: UpReport, ending: string): Promise<void> {
  const result = resultOf(report);
  const { house } = report;
  const { ports, app } = house.config;
  const seen = (subject: string) => report.evidence.filter((evidence: Evidence) => evidence.subject === subject).map((evidence) => evidence.seen);
  const instances = seen("app").length;
  const hasProxy = seen("proxy").length > 0;
  output.envelope({ evidence: report.evidence, result });
  const rows = [
    ["database", seen("database")[0]?.split(",")[0] ?? "", house.config.target ?? `127.0.0.1:${ports.database}`, seen("rights")[0] ?? ""],
    [
      "app",
      `${instances} ${instances === 1 ? "instance" : "instances"} as ${app.role}`,
      hasProxy ? "unix sockets" : `127.0.0.1:${ports.proxy}`,
      seen("app")[0] ?? "",
    ],
    ["proxy", seen("proxy")[0] ?? "built in, no nginx", `127.0.0.1:${ports.proxy}`, seen("through")[0] ?? ""],
  ];
  for (const line of columns(rows, output.width)) output.line(line);
  if (report.found.length > 0) output.advice(`Found running and not restarted: ${report.found.join(", ")}.`);
  for (const line of seen("demo")) output.advice(`${line.charAt(0).toUpperCase()}${line.slice(1)}.`);
  output.advice(`Board ${result.url}     ready in ${formatDuration(result.tookMs)}     ${ending}`);
  output.line(`Data  ${result.house} (kept on stop)`);
  output.line(`SQL   ${result.login}`);
  output.line(`      password in ${result.house}/.rowhouse/secrets/application`);
  const { state } = await protectionOf(context, house);
  if (state === "none") output.advice("No backup yet: `rowhouse backup take`");
}
