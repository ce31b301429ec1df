// A MariaDB server on a copy of a base backup: mariadb-backup brings the files to one moment first. For a proof it takes none of the
// options that it was run with but those that its files need, runs no event, follows nobody, and lets one account in that only it has.
// Source: mariadb.com/kb/en/mariadb-backup-options (--prepare), check-table, server-system-variables (init_file)
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { Secret } from "../../../foundation/secret.ts";
import { shellWord } from "../../../foundation/shell.ts";
import { sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere, writeFileAtomic } from "../../../platform/files.ts";
import { diskFull, run, saysDiskFull } from "../../../platform/processes.ts";
import { copyTree } from "../../../platform/trees.ts";
import { programIn } from "../../../platform/tools.ts";
import { Problem } from "../../../foundation/problem.ts";
import type { BaseFloor, CopyJob, CopyServer, ServerSurvey } from "../../base.ts";
import type { ServerPlace } from "../../engine.ts";
import { administrator, program } from "../server/process.ts";
import { writeSettings } from "../server/settings.ts";
import { scratchArguments } from "./restore.ts";

export async function copy(_context: Context, { from, dataDirectory, owner, tools, signal }: CopyJob): Promise<void> {
  await copyTree({ from, to: dataDirectory, owner, signal });
  const argv = [programIn(tools, "mariadb-backup"), "--prepare", `--target-dir=${dataDirectory}`];
  const owned = owner ? { owner } : {};
  await run({ argv, timeoutMs: dayMs, signal, umask: 0o077, isBackground: true, ...owned }).catch((thrown: unknown) => {
    throw thrown instanceof Problem && saysDiskFull(thrown.message) ? diskFull(thrown.message) : thrown;
  });
}

/** The account is made before anybody can come in; it may do everything, and is compared with nothing. */
export async function copyServer(place: ServerPlace, facts: ServerSurvey["facts"]): Promise<CopyServer> {
  await writeSettings(place);
  const [user, password] = [`rowhouse_${randomBytes(4).toString("hex")}`, new Secret(randomBytes(24).toString("base64url"))];
  const account = sql`${sql.literal(user)}@'localhost'`;
  const statements = [
    sql`create user ${account} identified by ${sql.literal(password.reveal())}`,
    sql`grant all privileges on *.* to ${account} with grant option`,
  ];
  const path = join(place.dataDirectory, "rowhouse-proof.sql");
  await writeFileAtomic(path, statements.map((statement) => `${mariadbDriver.render(statement).text};\n`).join(""), {
    ...(place.owner ? { owner: place.owner } : {}),
  });
  const server = program(place);
  const argv = [
    ...server.argv,
    ...(await neededOptions(place.dataDirectory)),
    ...scratchArguments(place, { settings: facts }),
    "--skip-slave-start",
    "--skip-log-bin",
    `--init-file=${path}`,
  ];
  return { program: { ...server, argv }, administrator: (database) => ({ ...administrator(place, database), user, password }) };
}

/** What the files were made with, as mariadb-backup writes it beside them. */
async function neededOptions(dataDirectory: string): Promise<readonly string[]> {
  const text = (await readIfThere(join(dataDirectory, optionFile))) ?? "";
  return text
    .split("\n")
    .filter((line) => /^innodb_(page_size|data_file_path|undo_tablespaces|checksum_algorithm)=/.test(line))
    .map((line) => `--${line}`);
}

const optionFile = "backup-my.cnf";

export function isMissingHere(said: string): boolean {
  return /Plugin '[^']*' is not loaded|Can't open shared library|Unknown storage engine|Unknown collation/.test(said);
}

/** Every page, row and entry of every index, as the server itself checks them. */
export async function check(session: Session): ReturnType<BaseFloor["check"]> {
  const tables = await session.all<{ name: string }>(sql`
    select table_name as name from information_schema.tables
    where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by binary table_name`);
  const findings: { subject: string; seen: string }[] = [];
  for (const { name } of tables) {
    const rows = await session.all<{ Msg_type: string; Msg_text: string }>(sql`check table ${sql.id(name)} extended`);
    const wrong = rows.filter(
      ({ Msg_type: type, Msg_text: text }) => ["error", "warning"].includes(type.toLowerCase()) || (type === "status" && text !== "OK"),
    );
    findings.push(...wrong.map(({ Msg_text: seen }) => ({ subject: `table ${name}`, seen })));
  }
  return { seen: `${tables.length} tables by CHECK TABLE EXTENDED`, findings };
}

export async function release(): Promise<void> {
  // its option files are the machine's, and what the files need is in backup-my.cnf beside them
}

export const startCommand: BaseFloor["startCommand"] = ({ programs, dataDirectory, port, user, facts }) => {
  const options = [
    `--defaults-file=${join(dataDirectory, optionFile)}`,
    `--datadir=${dataDirectory}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    `--socket=${join(dataDirectory, "mariadb.sock")}`,
    `--log-error=${join(dataDirectory, "server.log")}`,
    ...(facts["lower_case_table_names"] === "0" ? [] : [`--lower-case-table-names=${facts["lower_case_table_names"]}`]),
    ...(user === undefined ? [] : [`--user=${user}`]),
  ];
  return `${[join(programs, "mariadbd"), ...options].map(shellWord).join(" ")} &`;
};

export const byHand: readonly string[] = [
  "cp -a base /srv/mariadb-data && mariadb-backup --prepare --target-dir=/srv/mariadb-data",
  "chown -R mysql: /srv/mariadb-data",
  "mariadbd --defaults-file=/srv/mariadb-data/backup-my.cnf --datadir=/srv/mariadb-data --port=3307 --socket=/srv/mariadb-data/mariadb.sock --user=mysql &",
];
