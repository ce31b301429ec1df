// A PostgreSQL database as a directory that pg_restore reads. A session of ours exports its snapshot, pg_dump's workers use it,
// and what the copy will be compared with is read in it too; it reads only. gzip at its fastest level halves what pg_dump takes
// at its usual one. Source: postgresql.org/docs/current/app-pgdump.html, functions-admin.html (snapshot synchronization)
import { join } from "node:path";
import { Problem } from "../../../foundation/problem.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { writeFileAtomic } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { DumpJob, Scope, Taken } from "../../backup.ts";
import { content, counters } from "./content.ts";
import { tellingCopies } from "./load.ts";
import { loginEnvironment } from "./login.ts";
import { roleScript } from "./roles.ts";
import { isPartOf, scopeOptions } from "./scope.ts";
import { takeSnapshot } from "./snapshot.ts";

/** Beside what pg_restore reads, which leaves it alone. */
export const rolesFile = "dump/roles.sql";
/** Beside `dump`. */
export const schemaDirectory = "schema";

type CommandJob = Pick<DumpJob, "scope" | "tools" | "directory">;

export function dumpCommands(job: CommandJob): readonly (readonly string[])[] {
  return commands(job, "<snapshot of our session>");
}

/** Rows alone come with the schema that they fit into, in a directory of its own, so that they can be tried. */
function commands(job: CommandJob, snapshot: string): readonly (readonly string[])[] {
  const schema = { ...job, scope: { kind: "schema", tables: [] } } as const;
  return [...(job.scope.kind === "data" ? [command(schema, snapshot, schemaDirectory)] : []), command(job, snapshot, "dump")];
}

function command({ scope, tools, directory }: CommandJob, snapshot: string, to: string): readonly string[] {
  return [
    programIn(tools, "pg_dump"),
    "--format=directory",
    "--jobs=2",
    "--compress=1",
    `--snapshot=${snapshot}`,
    "--lock-wait-timeout=10000",
    "--no-password",
    ...scopeOptions(scope),
    `--file=${join(directory, to)}`,
  ];
}

export async function dump(context: Context, job: DumpJob): Promise<Taken> {
  const patient = { statementTimeoutMs: dayMs, idleTransactionTimeoutMs: dayMs };
  await using snapshot = await takeSnapshot({ ...job.login, ...patient, applicationName: "rowhouse backup" });
  const [session] = snapshot.sessions;
  const snapshotAt = context.clock.now().toISOString();
  const countersBefore = await counters(session); // in no snapshot: what they are now
  const env = await loginEnvironment(job.login, job.secretsDirectory);
  await tellingCopies(context, job, async () => {
    for (const argv of commands(job, snapshot.how))
      await run({ argv, isBackground: true, env, umask: 0o077, timeoutMs: dayMs, signal: job.signal }).catch((thrown: unknown) => {
        throw moved(thrown);
      });
  });
  const { tables, objects, counters: countersAfter } = await content(session, job.onProgress, job.scope);
  await writeFileAtomic(join(job.directory, rolesFile), await roleScript(session));
  await session.commit();
  return narrowed({ tables, objects, counters: countersBefore, countersAfter, snapshot: snapshot.how, snapshotAt }, job.scope);
}

/** To what the dump holds; a sequence comes with the table whose column owns it. */
function narrowed(taken: Taken, { kind, tables }: Scope): Taken {
  if (kind === "database") return taken;
  if (kind === "schema") return { ...taken, counters: [] };
  if (kind === "data") return { ...taken, objects: [] };
  const objects = taken.objects.filter((object) => tables.some((table) => isPartOf(object, table)));
  const sequences = objects
    .filter((object) => object.kind === "sequence")
    .map(({ name }) => name.replace(/"((?:[^"]|"")*)"/g, (_, plain: string) => plain.replaceAll('""', '"')));
  return { ...taken, objects, counters: taken.counters.filter(({ name }) => sequences.includes(name)) };
}

/** A table that was dropped or locked in between, in pg_dump's words. */
function moved(thrown: unknown): unknown {
  if (!(thrown instanceof Problem) || !/could not open relation|canceling statement due to lock timeout|does not exist/.test(thrown.message))
    return thrown;
  return new Problem("RH-BACKUP-002", thrown.message, { cause: thrown, hint: "Run it again when nobody changes the schema." });
}
