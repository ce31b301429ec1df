// A PostgreSQL database as a directory that pg_restore reads. A session of ours exports its snapshot, pg_dump's workers use it,
// and what the copy will be compared with is read in it too; it reads only. gzip at its fastest level halves what pg_dump takes
// at its usual one. Source: postgresql.org/docs/current/app-pgdump.html, functions-admin.html (snapshot synchronization)
import { join } from "node:path";
import { Problem } from "../../../foundation/problem.ts";
import type { Context } from "../../../platform/context.ts";
import { writeFileAtomic } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import type { DumpJob, Taken, Tool } from "../../backup.ts";
import { content, counters } from "./content.ts";
import { loginEnvironment } from "./login.ts";
import { roleScript } from "./roles.ts";
import { takeSnapshot } from "./snapshot.ts";

const dayMs = 86_400_000;
/** Beside what pg_restore reads, which leaves it alone. */
export const rolesFile = "dump/roles.sql";

export function dumpCommands(job: Pick<DumpJob, "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[] {
  return [command(job, "<snapshot of our session>")];
}

function command({ tools, directory }: Pick<DumpJob, "tools" | "directory">, snapshot: string): readonly string[] {
  return [
    programIn(tools, "pg_dump"),
    "--format=directory",
    "--jobs=2",
    "--compress=1",
    `--snapshot=${snapshot}`,
    "--lock-wait-timeout=10000",
    "--no-password",
    `--file=${join(directory, "dump")}`,
  ];
}

export function programIn(tools: readonly Tool[], name: string): string {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`${name} was not looked for`);
  return tool.path;
}

export async function dump(context: Context, job: DumpJob): Promise<Taken> {
  const patient = { statementTimeoutMs: dayMs, idleTransactionTimeoutMs: dayMs };
  await using snapshot = await takeSnapshot({ ...job.login, ...patient, applicationName: "rowhouse backup" });
  const [session] = snapshot.sessions;
  const snapshotAt = context.clock.now().toISOString();
  const countersBefore = await counters(session); // in no snapshot: what they are now
  const env = await loginEnvironment(job.login, job.secretsDirectory);
  await run({ argv: command(job, snapshot.how), env, umask: 0o077, timeoutMs: dayMs, signal: job.signal }).catch((thrown: unknown) => {
    throw moved(thrown);
  });
  const { tables, objects, counters: countersAfter } = await content(session, job.onProgress);
  await writeFileAtomic(join(job.directory, rolesFile), await roleScript(session));
  await session.commit();
  return { tables, objects, counters: countersBefore, countersAfter, snapshot: snapshot.how, snapshotAt };
}

/** A table that was dropped or locked in between, in pg_dump's words. */
function moved(thrown: unknown): unknown {
  if (!(thrown instanceof Problem) || !/could not open relation|canceling statement due to lock timeout|does not exist/.test(thrown.message))
    return thrown;
  return new Problem("RH-BACKUP-002", thrown.message, { cause: thrown, hint: "Run it again when nobody changes the schema." });
}
