// The files of a whole MariaDB server, by mariadb-backup, which reads them where they are: on the server's machine, as somebody who
// may. It holds no lock but for moments, and the server takes back what it holds when it is killed.
// Source: mariadb.com/kb/en/mariadb-backup-overview, mariadb-backup-options
import { hostname } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { exists, readIfThere } from "../../../platform/files.ts";
import { diskFull, run, saysDiskFull } from "../../../platform/processes.ts";
import { findProgram, programIn } from "../../../platform/tools.ts";
import type { Tool } from "../../backup.ts";
import type { BaseFloor, BaseJob, BasePosition, ServerSurvey } from "../../base.ts";
import { check, copy, copyServer, byHand, isMissingHere, release, startCommand } from "./base-copy.ts";
import { objects } from "./catalogue.ts";
import { loginOption, writeLogin } from "./login.ts";
import { elsewhere, serverId } from "./survey.ts";
import { clientVersion, isOlder } from "./tools.ts";
import { majorOf } from "../server/binaries.ts";

export const base: BaseFloor = {
  tools,
  survey,
  objects,
  notCarried,
  commands,
  take,
  stillness,
  copy,
  copyServer,
  isMissingHere,
  check,
  release,
  startCommand,
  systemUser: "mysql",
  byHand,
};

const name = "mariadb-backup";

async function tools(context: Context, version: string): Promise<readonly Tool[]> {
  const path = await findProgram(context, name);
  const own = path ? await clientVersion(path) : undefined;
  if (path && own && !isOlder(own, version)) return [{ name, path, version: own }];
  const found = own ? `${name} is of version ${own}` : `there is no ${name}`;
  throw new Problem("RH-TOOL-001", `the server is MariaDB ${version}, and ${found} on this machine`, {
    hint: `Install it, of version ${majorOf(version)}: apt-get install mariadb-backup`,
  });
}

/** The password is in the file that the first option names. */
function commands({
  tools: found,
  directory,
  secretsDirectory,
}: Pick<BaseJob, "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[] {
  return [[programIn(found, name), loginOption(secretsDirectory), "--backup", `--target-dir=${directory}`]];
}

interface About {
  readonly version: string;
  readonly host: string;
  readonly directory: string;
  readonly names: number;
}

async function survey(session: Session, _login: ConnectionOptions): Promise<ServerSurvey> {
  const [about] = await session.all<About>(sql`
    select
      substring_index(version(), '-', 1) as version, @@hostname as host, @@datadir as directory,
      @@lower_case_table_names as names`);
  if (!about) throw new Error("a select without from gave no row");
  if (about.host !== hostname() || !(await exists(join(about.directory, "ibdata1"))))
    throw new Problem("RH-BACKUP-040", `the server's files are in ${about.directory} of ${about.host}, which cannot be read here`, {
      hint: "Run this on the server's machine, as root or as the user that the server runs as.",
    });
  const rows = await session.all<{ name: string; bytes: number | string }>(sql`
    select s.schema_name as name, coalesce(sum(t.data_length + t.index_length), 0) as bytes
    from information_schema.schemata as s left join information_schema.tables as t on t.table_schema = s.schema_name
    where s.schema_name not in ('mysql', 'sys', 'information_schema', 'performance_schema')
    group by s.schema_name
    order by binary s.schema_name`);
  const databases = rows.map(({ name: database, bytes }) => ({ name: database, bytes: Number(bytes) }));
  return {
    serverId: await serverId(session),
    version: about.version,
    databases,
    bytes: databases.reduce((sum, { bytes }) => sum + bytes, 0) + ownBytes,
    facts: { lower_case_table_names: String(about.names) },
    refusals: [],
  };
}

/** System tablespace, undo, redo log and the server's own tables. */
const ownBytes = 200_000_000;

async function notCarried(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    select concat('table ', table_name, ' of ', table_schema, ': its engine ', engine, ' keeps no rows in files') as what
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE' and engine not in ('InnoDB', 'Aria', 'MyISAM', 'MRG_MyISAM', 'CSV', 'ARCHIVE')
    order by binary table_name`);
  return [...rows.map(({ what }) => what), ...(await elsewhere(session))];
}

/** Every engine counts the rows that it is told to change, before they are committed; what empties or swaps whole tables is counted as a statement. */
async function stillness(session: Session): Promise<string | undefined> {
  const [row] = await session.all<{ open: number | string; changed: string }>(sql`
    select
      (select count(*) from information_schema.innodb_trx where trx_rows_modified > 0) as open,
      (select group_concat(variable_name, ' ', variable_value order by variable_name separator ', ') from information_schema.global_status
        where variable_name in
          ('HANDLER_WRITE', 'HANDLER_UPDATE', 'HANDLER_DELETE', 'COM_TRUNCATE', 'COM_ALTER_TABLE', 'COM_RENAME_TABLE', 'COM_DROP_TABLE')) as changed`);
  return row && Number(row.open) === 0 ? row.changed : undefined;
}

async function take(_context: Context, job: BaseJob): Promise<BasePosition> {
  const { directory, secretsDirectory, signal, onProgress } = job;
  onProgress("copying the server's files");
  await writeLogin(job.login, secretsDirectory);
  for (const argv of commands(job)) {
    await run({ argv, timeoutMs: dayMs, signal, umask: 0o077, isBackground: true }).catch((thrown: unknown) => {
      throw thrown instanceof Problem && saysDiskFull(thrown.message) ? diskFull(thrown.message) : thrown;
    });
  }
  return positionIn(directory);
}

/** From the files that mariadb-backup writes beside the server's; from 11.1 on they are named for it. */
async function positionIn(directory: string): Promise<BasePosition> {
  const checkpoints = await eitherOf(directory, ["mariadb_backup_checkpoints", "xtrabackup_checkpoints"]);
  const [file, position, gtid] = (await eitherOf(directory, ["mariadb_backup_binlog_info", "xtrabackup_binlog_info"])).trim().split("\t");
  const lsn = (which: string) => new RegExp(`^${which} = (\\d+)$`, "m").exec(checkpoints)?.[1] ?? "";
  return {
    startLsn: lsn("to_lsn"),
    endLsn: lsn("last_lsn"),
    ...(file ? { binlogFile: file, binlogPosition: position ?? "" } : {}),
    ...(gtid ? { gtid } : {}),
  };
}

async function eitherOf(directory: string, names: readonly string[]): Promise<string> {
  for (const one of names) {
    const text = await readIfThere(join(directory, one));
    if (text !== undefined) return text;
  }
  return "";
}
