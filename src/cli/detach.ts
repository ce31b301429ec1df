// `up --detach`: starts `serve` in a session of its own and waits until it says that the house is up, or why it is not.
import { join } from "node:path";
import { Problem } from "../foundation/problem.ts";
import type { ProblemCode } from "../foundation/problems.ts";
import { appDefaults, type UpOptions } from "../operations/stack/draft.ts";
import { placesOf, refuseForeignRun } from "../operations/stack/places.ts";
import { ensureDirectory, readFrom, statIfThere } from "../platform/files.ts";
import { packageFiles } from "../platform/package.ts";
import { start } from "../platform/processes.ts";
import { askReport } from "../serve/control.ts";
import type { UpReport } from "../serve/serve.ts";
import type { Invocation } from "./command.ts";
import type { Envelope } from "./output.ts";

const inherited = /^(ROWHOUSE_|XDG_|HOME$|PATH$|npm_config_|https?_proxy$|no_proxy$|NODE_EXTRA_CA_CERTS$)/i;

export async function detach({ context, output, signal }: Invocation, wanted: UpOptions): Promise<UpReport> {
  const places = placesOf(context, wanted.directory);
  await refuseForeignRun(places);
  await ensureDirectory(places.state, { mode: 0o711 });
  await ensureDirectory(places.logs);
  const logPath = join(places.logs, "serve.log");
  const before = await sizeOf(logPath); // of earlier starts, or of another one that is under way
  const own = () => readFrom(logPath, before);
  const environment = Object.entries(context.environment).flatMap(([name, value]) =>
    value !== undefined && inherited.test(name) ? [[name, value]] : [],
  );
  const server = await start({
    argv: [process.execPath, packageFiles.program, "serve", ...serveArguments(wanted)],
    env: Object.fromEntries(environment),
    logPath,
  });
  let isGone = false;
  void server.gone.then(() => {
    isGone = true;
  });
  for (let shown = 0; ; ) {
    shown = showSteps(output, await own(), shown);
    const report = await askReport<UpReport>(places);
    if (report) return report;
    if (isGone) throw problemIn(await own(), logPath);
    await context.clock.sleep(50, signal);
  }
}

async function sizeOf(path: string): Promise<number> {
  return Number((await statIfThere(path))?.size ?? 0);
}

function serveArguments(wanted: UpOptions): readonly string[] {
  return [
    "--json",
    "--house",
    wanted.directory,
    ...(wanted.engine === undefined ? [] : ["--engine", wanted.engine]),
    ...(wanted.port === undefined ? [] : ["--port", String(wanted.port)]),
    ...(wanted.databasePort === undefined ? [] : ["--database-port", String(wanted.databasePort)]),
    ...(wanted.instances === undefined ? [] : ["--instances", String(wanted.instances)]),
    ...(wanted.target === undefined ? [] : ["--target", wanted.target, "--confirm", appDefaults(wanted).database]),
    ...(wanted.isDemo ? ["--demo"] : []),
    ...(wanted.mayInstall ? ["--install"] : []),
  ];
}

function showSteps(output: Invocation["output"], log: string, shown: number): number {
  const titles = documents<{ message?: string; title?: string }>(log).filter(({ message }) => message === "step");
  for (const { title } of titles.slice(shown)) output.progress(title ?? "");
  return titles.length;
}

function problemIn(log: string, logPath: string): Problem {
  const found = documents<Envelope>(log).findLast(({ problem }) => problem !== undefined)?.problem;
  if (found) return new Problem(found.code as ProblemCode, found.message, { hint: found.hint, field: found.field });
  return new Problem("RH-HOUSE-005", "serve ended without saying why", { hint: `Read ${logPath}` });
}

function documents<T>(log: string): readonly T[] {
  return log.split("\n").flatMap((line) => {
    try {
      return line.startsWith("{") ? [JSON.parse(line) as T] : [];
    } catch {
      return []; // a line that is still being written
    }
  });
}
