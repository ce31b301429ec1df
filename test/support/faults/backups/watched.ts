// SEC-16 and SEC-17: takes by a login whose password is searched for wherever it must not be: the words and variables of every
// process, sampled while they run, the files of the backup, what is printed, the server's log of statements. And the modes of every
// file that is made, under a umask that takes nothing away and under the usual one, looked at while it is made and afterwards.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { type Sql, sql } from "../../../../src/foundation/sql.ts";
import { ensureIdentity } from "../../../../src/operations/backup/keys.ts";
import { compileTool } from "../../crash/compiled.ts";
import { canary, type Ended, makeKeeper, readyTake, type Take } from "./command.ts";
import { keysIn, type Subject } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

export const sec16: BackupFault = async (subject, { runs = 4, signal, tell }) => {
  const tool = compileTool();
  try {
    await makeKeeper(subject);
    await using session = await subject.look();
    for (const statement of logging[subject.name]) await session.run(statement);
    for (const isSealed of [false, true]) {
      if (isSealed) await ensureIdentity(subject.context);
      for (const umask of ["000", "022"].slice(0, runs)) if (!signal.aborted) tell(await watch(subject, { tool, umask, isSealed }));
    }
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

/** Every statement goes into the server's log. */
const logging: Readonly<Record<EngineName, readonly Sql[]>> = {
  postgres: [sql`alter system set log_statement = 'all'`, sql`select pg_reload_conf()`],
  mariadb: [sql`set global general_log_file = 'statements.log'`, sql`set global general_log = 1`],
};

async function watch(
  subject: Subject,
  { tool, umask, isSealed }: { readonly tool: string; readonly umask: string; readonly isSealed: boolean },
): Promise<Tried> {
  const take = await readyTake(subject, { tool, environment: { TEST_UMASK: umask } });
  const { found, samples, ended } = await sampled(subject, take);
  const complaints = [
    ...(ended.exitCode === 0 ? [] : [`exit ${ended.exitCode}: ${ended.stderr.slice(-300)}`]),
    ...(samples > 30 ? [] : [`only ${samples} samples`]),
    ...found,
    ...((ended.stdout + ended.stderr).includes(canary) ? ["it prints the password"] : []),
    ...filesBelow(subject.store).flatMap(({ path, text }) => (text.includes(canary) ? [`${path} holds the password`] : [])),
    ...serverLogs(subject).flatMap(({ path, text }) => (text.includes(canary) ? [`${path} holds the password`] : [])),
    ...[...wrongModes(subject.store), ...wrongModes(keysIn(subject.directory))],
  ];
  const what = `umask ${umask}, ${isSealed ? "encrypted" : "plain"}: ${samples > 30 ? "sampled throughout" : "hardly sampled"}`;
  return tried(what, { state: `exit ${ended.exitCode}`, says: `${samples} samples of the processes`, complaints });
}

async function sampled(
  subject: Subject,
  take: Take,
): Promise<{ readonly found: readonly string[]; readonly samples: number; readonly ended: Ended }> {
  const found = new Set<string>();
  let samples = 0;
  let ended: Ended | undefined;
  const end = take.ended.then((how) => {
    ended = how;
  });
  take.begin();
  while (!ended) {
    for (const one of [...secretsInProcesses(), ...wrongModes(subject.store), ...openSecrets(take.pid)]) found.add(one);
    samples++;
    await sleep(5);
  }
  await end;
  return { found: [...found], samples, ended };
}

function secretsInProcesses(): readonly string[] {
  return numbersIn("/proc").flatMap((pid) =>
    ["cmdline", "environ"].flatMap((name) =>
      read(`/proc/${pid}/${name}`).includes(canary) ? [`${name} of ${read(`/proc/${pid}/comm`).trim()} holds it`] : [],
    ),
  );
}

/** Secrets of a proof are in a directory of ours alone. */
function openSecrets(pid: number): readonly string[] {
  const proofs = readdirSync("/var/tmp").filter((name) => name.startsWith(`rowhouse-proof-${pid}-`));
  return proofs.flatMap((name) => wrongModes(join("/var/tmp", name, "secrets")));
}

/** Directories 0700 and files 0600; a name that is gone meanwhile is no finding. */
function wrongModes(directory: string): readonly string[] {
  const own = modeOf(directory);
  if (own === undefined) return [];
  const seen = own === 0o700 ? [] : [`${directory} has mode ${own.toString(8)}`];
  return [
    ...seen,
    ...entriesOf(directory).flatMap(({ path, isDirectory }) => {
      if (isDirectory) return wrongModes(path);
      const mode = modeOf(path);
      return mode === undefined || mode === 0o600 ? [] : [`${path.replace(/[\w-]+\.tmp$/, "….tmp")} has mode ${mode.toString(8)}`];
    }),
  ];
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode & 0o7777;
  } catch {
    return undefined;
  }
}

function entriesOf(directory: string): readonly { readonly path: string; readonly isDirectory: boolean }[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).map((entry) => ({ path: join(directory, entry.name), isDirectory: entry.isDirectory() }));
  } catch {
    return [];
  }
}

function filesBelow(directory: string): readonly { readonly path: string; readonly text: string }[] {
  return entriesOf(directory).flatMap(({ path, isDirectory }) => (isDirectory ? filesBelow(path) : [{ path, text: read(path) }]));
}

/** Fails when there is nothing to look at. */
function serverLogs({ server }: Subject): readonly { readonly path: string; readonly text: string }[] {
  const paths = [server.place.logPath, join(server.place.dataDirectory, "statements.log")];
  const logs = paths.map((path) => ({ path, text: read(path) })).filter(({ text }) => /select/i.test(text));
  if (logs.length === 0) throw new Error(`no statement was logged in ${paths.join(" or ")}`);
  return logs;
}

function numbersIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => /^\d+$/.test(name));
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
