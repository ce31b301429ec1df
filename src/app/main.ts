// The process of the application: settings from the environment, then the server, whether or not the database is there yet.
// Ends with 2 when settings are missing, 9 when its login is an administrator's, 0 when asked to stop.
import type { FastifyInstance } from "fastify";
import { isProblem, type Problem, toProblem } from "../foundation/problem.ts";
import { systemClock } from "../platform/clock.ts";
import { lineOutput } from "../platform/line-output.ts";
import { buildServer } from "./api/server.ts";
import { listen } from "./listen.ts";
import { readSettings, type Settings } from "./settings.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";
import { dialects } from "./store/stores.ts";
import { keepSweeping } from "./sweep.ts";

const drainMs = 10_000;
const retryMs = 1_000;

await main().catch(giveUp);

async function main(): Promise<void> {
  const settings = await readSettings(process.env);
  const store = openStore(dialects[settings.engine], settings.store, systemClock);
  const app = await serverOf(settings, store);
  const sweeping = new AbortController();
  app.addHook("onClose", async () => sweeping.abort());
  process.on("uncaughtException", (thrown) => {
    app.log.fatal({ stack: thrown.stack }, "an uncaught failure");
    process.exit(1);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(app, store, signal));
  await listen(app, settings.place);
  await admitWhenReachable(app, store);
  await keepSweeping(store, systemClock, sweeping.signal);
}

async function serverOf(settings: Settings, store: Store): Promise<FastifyInstance> {
  const { instance, allowedHosts, staticDirectory, backupsFile } = settings;
  const logTo = lineOutput({ descriptor: 1, lossOf: lossOf(instance) });
  return buildServer({ store, clock: systemClock, instance, allowedHosts, staticDirectory, backupsFile, logTo });
}

function lossOf(instance: string): (lines: number) => string {
  return (lines) => `${JSON.stringify({ level: "warn", time: systemClock.now(), instance, lines, msg: "lines of the log were lost" })}\n`;
}

/** The database may come later than its application; an administrator's login is refused as soon as it is seen. */
async function admitWhenReachable(app: FastifyInstance, store: Store): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await store.admit();
      return void app.log.info("the database is there and the login has no more rights than it needs");
    } catch (thrown) {
      if (isProblem(thrown, "RH-AUTH-004")) refuse(app, thrown);
      if (attempt === 1) app.log.warn({ reason: toProblem(thrown).message }, "the database is not there yet");
      await systemClock.sleep(retryMs);
    }
  }
}

function refuse(app: FastifyInstance, problem: Problem): never {
  app.log.fatal({ code: problem.code, reason: problem.message, hint: problem.hint }, "the login is an administrator's");
  process.exit(problem.exitCode);
}

/** What is in work is answered, for ten seconds at most. */
async function stop(app: FastifyInstance, store: Store, signal: string): Promise<void> {
  app.log.info({ signal }, "stopping");
  const force = setTimeout(() => process.exit(0), drainMs);
  force.unref();
  await app.close();
  await store[Symbol.asyncDispose]();
  app.log.info("stopped");
  process.exit(0);
}

function giveUp(thrown: unknown): never {
  const problem = toProblem(thrown);
  for (const line of problem.message.split("\n")) console.error(`${problem.code} ${line}`);
  if (problem.hint) console.error(problem.hint);
  process.exit(problem.exitCode);
}
