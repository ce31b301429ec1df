// What a killed or failed take may leave, and what must be gone after the next one: in the store, in the place of proofs, among
// the processes, on the server.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { type Sql, sql } from "../../../../src/foundation/sql.ts";
import { certificateName, manifestName, pageName, signatureName } from "../../../../src/operations/backup/manifest.ts";
import { systemClock, waitFor } from "../../../../src/platform/clock.ts";
import { manifestOf } from "./edits.ts";
import { prove, type Subject } from "./subject.ts";
import { saidBy } from "./x1.ts";

const proofsRoot = "/var/tmp";

/** Directories of backups in the store that look whole. */
export function backupsIn(store: string): readonly string[] {
  return serversIn(store).flatMap((server) =>
    readdirSync(server)
      .filter((name) => !name.startsWith(".") && !name.endsWith(".partial"))
      .map((name) => join(server, name)),
  );
}

function serversIn(store: string): readonly string[] {
  try {
    return readdirSync(store).map((name) => join(store, name));
  } catch {
    return []; // not made yet
  }
}

/** What is new and looks good has to be good: whole and proved by another proof. A certificate is there only if it says so. */
export async function falselyGood(subject: Subject, known: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for (const directory of backupsIn(subject.store).filter((one) => !known.includes(one))) {
    const certificate = await prove(subject, { directory, signal }).catch((thrown: unknown) => String(thrown));
    if (typeof certificate === "string") found.push(`${directory} looks whole: ${certificate}`);
    else if (certificate.state !== "PROVED") found.push(`${directory} looks whole and is ${certificate.state}: ${saidBy(certificate)}`);
  }
  return found;
}

/** What is left that should not be once the next take is over. `pids` are those of all takes of this try. */
export async function leftOver(subject: Subject, pids: readonly number[]): Promise<readonly string[]> {
  return [...leftInStore(subject.store), ...leftOfProofs(pids), ...leftRunning(subject, pids), ...(await leftOnServer(subject))];
}

function leftInStore(store: string): readonly string[] {
  const partials = serversIn(store).flatMap((server) => readdirSync(server).filter((name) => name.endsWith(".partial") || name.endsWith(".tmp")));
  const strays = backupsIn(store).flatMap((directory) => {
    const listed = new Set([manifestName, certificateName, pageName, signatureName, ...manifestOf(directory).files.map(({ path }) => path)]);
    const there = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
    return there.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).filter((path) => !listed.has(path));
  });
  return [...partials.map((name) => `${name} is left in the store`), ...strays.map((path) => `${path} is left in a backup`)];
}

function leftOfProofs(pids: readonly number[]): readonly string[] {
  const ours = readdirSync(proofsRoot).filter((name) => pids.some((pid) => name.startsWith(`rowhouse-proof-${pid}-`)));
  return ours.map((name) => `${proofsRoot}/${name} is left`);
}

/** Children that were started with a path of the store or of a proof. */
function leftRunning({ store }: Subject, pids: readonly number[]): readonly string[] {
  const places = [store, ...pids.map((pid) => `rowhouse-proof-${pid}-`)];
  return processes().flatMap(({ pid, command }) =>
    places.some((place) => command.includes(place)) ? [`pid ${pid} still runs: ${command.slice(0, 120)}`] : [],
  );
}

export function processes(): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() }];
      } catch {
        return []; // gone meanwhile
      }
    });
}

interface ServerTraces {
  /** Sessions that are not ours to have: of a take, or idle in a transaction. */
  readonly sessions: Sql;
  /** Fails when anybody holds a lock. */
  readonly locks: readonly Sql[];
}

const traces: Readonly<Record<EngineName, ServerTraces>> = {
  postgres: {
    sessions: sql`
      select concat_ws(' ', application_name, state, query) as seen from pg_stat_activity
      where pid <> pg_backend_pid() and backend_type = 'client backend'
      union all select 'slot ' || slot_name from pg_replication_slots
      union all select 'wal sender ' || application_name from pg_stat_replication
      union all select 'advisory lock' from pg_locks where locktype = 'advisory'`,
    locks: [sql`lock table accounts, transfers, entries, padding in access exclusive mode nowait`],
  },
  mariadb: {
    sessions: sql`
      select concat_ws(' ', user, command, state, info) as seen from information_schema.processlist
      where id <> connection_id() and user not in ('system user', 'event_scheduler')`,
    locks: [
      sql`set session lock_wait_timeout = 1`,
      sql`flush tables with read lock`,
      sql`unlock tables`,
      sql`backup stage start`,
      sql`backup stage end`,
    ],
  },
};

async function leftOnServer(subject: Subject): Promise<readonly string[]> {
  await using session = await subject.look();
  const { sessions, locks } = traces[subject.name];
  const look = async () => (await session.all<{ seen: string }>(sessions)).map(({ seen }) => seen);
  const isEmpty = await waitFor(systemClock, { withinMs: 10_000, everyMs: 100 }, async () => (await look()).length === 0 || undefined);
  const left = isEmpty ? [] : (await look()).map((seen) => `left on the server: ${seen}`);
  await session.begin();
  try {
    for (const lock of locks) await session.run(lock);
    return left;
  } catch (thrown) {
    return [...left, `somebody holds a lock: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  } finally {
    await session.rollback();
  }
}

/** Removes the backups that a try made, so that the store stays small. */
export function forget(store: string, known: readonly string[]): void {
  for (const directory of backupsIn(store)) if (!known.includes(directory)) rmSync(directory, { recursive: true });
}
