// A PostgreSQL server on a copy of a base backup. For a proof it takes none of the settings that it was run with, so that it archives
// nothing, follows nobody and loads no module of theirs; who lets it be their server gets their settings back.
// Source: postgresql.org/docs/current/continuous-archiving.html (recovering using a continuous archive backup), amcheck.html
import { join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { shellWord } from "../../../foundation/shell.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, exists, writeFileAtomic } from "../../../platform/files.ts";
import { copyTree } from "../../../platform/trees.ts";
import type { BaseFloor, CopyJob, CopyServer, ServerSurvey } from "../../base.ts";
import type { ServerPlace } from "../../engine.ts";
import { administrator, program } from "../server/process.ts";
import { scratchArguments } from "./restore.ts";

export async function copy(_context: Context, { from, dataDirectory, owner, signal }: CopyJob): Promise<void> {
  await copyTree({ from, to: dataDirectory, owner, signal });
  for (const name of needed) {
    const path = join(dataDirectory, name);
    if (!(await exists(path))) await ensureDirectory(path, owner ? { owner } : {});
  }
}

/** Mostly empty, so that whoever keeps files only loses them, and no server starts without. */
const needed = [
  ...["pg_commit_ts", "pg_dynshmem", "pg_logical", "pg_logical/mappings", "pg_logical/snapshots", "pg_notify", "pg_replslot"],
  ...["pg_serial", "pg_snapshots", "pg_stat", "pg_stat_tmp", "pg_subtrans", "pg_tblspc", "pg_twophase", "pg_wal/archive_status"],
];

/** `-c` wins over whatever the copy's own files say; its postgresql.auto.conf is emptied, since it may name what is not here. */
export async function copyServer(place: ServerPlace, facts: ServerSurvey["facts"]): Promise<CopyServer> {
  const owned = { mode: 0o600, ...(place.owner ? { owner: place.owner } : {}) };
  const own = (name: string) => join(place.dataDirectory, `rowhouse-proof.${name}`);
  const superuser = facts["superuser"] ?? "postgres";
  const users = [...new Set([place.administrator, ...(place.owner ? [place.owner.name] : [])])];
  await writeFileAtomic(own("conf"), "", owned);
  await writeFileAtomic(own("hba"), `local all "${superuser}" peer map=proof\n`, owned);
  await writeFileAtomic(own("ident"), users.map((user) => `proof ${user} "${superuser}"\n`).join(""), owned);
  await writeFileAtomic(join(place.dataDirectory, "postgresql.auto.conf"), "", owned);
  const settings: Readonly<Record<string, string>> = {
    config_file: own("conf"),
    hba_file: own("hba"),
    ident_file: own("ident"),
    port: String(place.port),
    unix_socket_directories: place.socketDirectory,
    max_logical_replication_workers: "0",
    max_prepared_transactions: facts["max_prepared_transactions"] ?? "0",
  };
  const server = program(place);
  const argv = [...server.argv, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]), ...scratchArguments()];
  return { program: { ...server, argv }, administrator: (database) => ({ ...administrator(place, database), user: superuser }) };
}

export function isMissingHere(said: string): boolean {
  return /could not access file "|could not load library "|locale is incompatible with operating system|could not open collator for locale/.test(
    said,
  );
}

/** With `amcheck` where the server has it: every entry of a B-tree leads to its row, and every row has its entry. */
export async function check(session: Session): ReturnType<BaseFloor["check"]> {
  const trees = await session.all<{ name: string; id: number }>(sql`
    select c.oid::regclass::text as name, c.oid as id
    from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_am as a on a.oid = c.relam
    where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p' and i.indisready and i.indisvalid
    order by 1`);
  const amcheck = await amcheckIn(session);
  if (!amcheck) return { seen: "its indexes not looked into: this machine has no amcheck", findings: [] };
  const findings: { subject: string; seen: string }[] = [];
  for (const { name, id } of trees) {
    try {
      await session.all(sql`select ${amcheck}.bt_index_check(${id}::regclass, true) as nothing`);
    } catch (thrown) {
      if (!isProblem(thrown, "RH-SQL-003", "RH-SQL-002")) throw thrown;
      findings.push({ subject: `index ${name}`, seen: thrown.message });
    }
  }
  return { seen: `${trees.length} B-tree indexes entry by entry`, findings };
}

/** The schema that it is in: the database's own, or one that nothing that is compared can be in. Event triggers of a copy have nothing to do there. */
async function amcheckIn(session: Session): Promise<Sql | undefined> {
  const [own] = await session.all<{ schema: string }>(sql`
    select n.nspname::text as schema
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
      join pg_depend as d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
      join pg_extension as e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
    where e.extname = 'amcheck' and p.proname = 'bt_index_check' and p.pronargs = 2`);
  if (own) return sql.id(own.schema);
  const [available] = await session.all(sql`select from pg_available_extensions where name = 'amcheck'`);
  if (!available) return undefined;
  const triggers = await session.all<{ name: string }>(sql`select evtname::text as name from pg_event_trigger`);
  for (const { name } of triggers) await session.run(sql`alter event trigger ${sql.id(name)} disable`);
  await session.run(sql`drop extension if exists amcheck cascade`);
  await session.run(sql`create schema rowhouse_proof_amcheck`);
  await session.run(sql`create extension amcheck schema rowhouse_proof_amcheck`);
  return sql.id("rowhouse_proof_amcheck");
}

/** Debian keeps a server's settings outside of its data directory, where a base backup does not reach. */
export async function release(_context: Context, { dataDirectory, owner }: Pick<CopyJob, "dataDirectory" | "owner">): Promise<void> {
  const options = owner ? { owner } : {};
  const missing = "was not in the data directory, so it is not in the backup: this one was written when it was restored.";
  const texts: Readonly<Record<string, string>> = {
    "postgresql.conf": `# The server's own ${missing}\n`,
    "pg_hba.conf": `# The server's own ${missing}\nlocal all all peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n`,
    "pg_ident.conf": `# The server's own ${missing}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    if (!(await exists(join(dataDirectory, name)))) await writeFileAtomic(join(dataDirectory, name), text, options);
  }
}

export const startCommand: BaseFloor["startCommand"] = ({ programs, dataDirectory, port, user }) => {
  const start = [join(programs, "pg_ctl"), "start", "-w", "-D", dataDirectory, "-l", join(dataDirectory, "server.log"), "-o", `-p ${port} -k /tmp`];
  return [...(user === undefined ? [] : ["runuser", "-u", user, "--"]), ...start].map(shellWord).join(" ");
};

export const byHand: readonly string[] = [
  "pg_verifybackup base",
  "cp -a base /srv/postgres-data && chmod 700 /srv/postgres-data",
  `(cd /srv/postgres-data && mkdir -p ${needed.join(" ")})   # where only files were kept`,
  "chown -R postgres: /srv/postgres-data",
  'runuser -u postgres -- pg_ctl start -D /srv/postgres-data -o "-p 5433"   # with the major version\'s own programs',
];
