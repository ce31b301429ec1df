// The files of a whole PostgreSQL server, by BASE_BACKUP of the replication protocol: what `pg_basebackup` does, without it, so that a
// server of npm's has it too. Every file is compared with the server's own manifest as it arrives; the WAL that makes the copy
// consistent comes with it. What is written is a data directory that `pg_verifybackup` checks and `postgres -D` starts.
// Source: postgresql.org/docs/current/protocol-replication.html (BASE_BACKUP), backup-manifest-format.html
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { type Answered, replicate } from "../../../drivers/postgres/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import { formatBytes } from "../../../foundation/units.ts";
import { type TarEntry, tarEntries } from "../../../formats/tar.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, writeFileAtomic } from "../../../platform/files.ts";
import { writeNew } from "../../../platform/trees.ts";
import type { Tool } from "../../backup.ts";
import type { BaseFloor, BaseJob, BasePosition, ServerSurvey } from "../../base.ts";
import { majorOf } from "../server/binaries.ts";
import { catalogueOf as objects } from "./content.ts";
import { byHand, check, copy, copyServer, isMissingHere, release, startCommand } from "./base-copy.ts";

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
  systemUser: "postgres",
  byHand,
};

/** None: the protocol is spoken here. */
async function tools(): Promise<readonly Tool[]> {
  return [];
}

function commands(): readonly (readonly string[])[] {
  return [];
}

interface About {
  readonly id: string;
  readonly version: string;
  readonly superuser: string;
  readonly prepared: string;
  readonly who: string;
  readonly may: boolean;
}

async function survey(session: Session): Promise<ServerSurvey> {
  const [about] = await session.all<About>(sql`
    select
      (select system_identifier::text from pg_control_system()) as id,
      split_part(current_setting('server_version'), ' ', 1) as version,
      (select rolname::text from pg_roles where oid = 10) as superuser,
      current_setting('max_prepared_transactions') as prepared,
      rolname::text as who,
      rolsuper or rolreplication and pg_has_role(oid, 'pg_read_all_data', 'usage') as may
    from pg_roles where rolname = current_user`);
  if (!about) throw new Error("the current user has no role");
  if (!about.may)
    throw new Problem("RH-BACKUP-040", `${about.who} may not copy the whole server`, {
      hint: "It needs REPLICATION and pg_read_all_data: log in as an administrator.",
    });
  const databases = await session.all<{ name: string; bytes: number }>(sql`
    select datname::text as name, pg_database_size(oid) as bytes from pg_database where datallowconn order by 1`);
  return {
    serverId: about.id,
    version: about.version,
    databases,
    bytes: databases.reduce((sum, { bytes }) => sum + bytes, 0) + walBytes,
    facts: { superuser: about.superuser, max_prepared_transactions: about.prepared },
    refusals: await refusals(session),
  };
}

/** A segment or two, and what writers add meanwhile. */
const walBytes = 64_000_000;

async function refusals(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    select format('tablespace %s: its files lie outside of the data directory, in %s', spcname, pg_tablespace_location(oid)) as what
    from pg_tablespace where pg_tablespace_location(oid) <> ''
    union all
    select 'the server: it is a standby; take the backup of its primary' where pg_is_in_recovery()
    union all
    select 'the server: with wal_level = minimal it makes no base backup' where current_setting('wal_level') = 'minimal'
    order by 1`);
  return rows.map(({ what }) => what);
}

async function notCarried(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    select format('table %s of %s: it is unlogged, so that a copy has it empty; alter table … set logged', c.oid::regclass, current_database()) as what
    from pg_class as c where c.relkind = 'r' and c.relpersistence = 'u' order by 1`);
  return rows.map(({ what }) => what);
}

/** Nobody has an open transaction that writes, and none was begun between: every one takes a number. */
async function stillness(session: Session): Promise<string | undefined> {
  const [row] = await session.all<{ oldest: string; next: string }>(sql`
    select pg_snapshot_xmin(s)::text as oldest, pg_snapshot_xmax(s)::text as next from pg_current_snapshot() as s`);
  return row && row.oldest === row.next ? row.next : undefined;
}

interface Arrived {
  readonly bytes: number;
  readonly sha256: string;
}

async function take(_context: Context, { survey: { version, bytes }, login, directory, signal, onProgress }: BaseJob): Promise<BasePosition> {
  const seen: Seen = { rows: [], manifest: [] };
  const arrived = new Map<string, Arrived>();
  let total = 0;
  for await (const entry of tarEntries(archive(replicate(replicationLogin(login), command(Number(majorOf(version))), { signal }), seen))) {
    total += entry.bytes;
    onProgress(`copying the server's files: ${formatBytes(total)} of about ${formatBytes(bytes)}`);
    await write(entry, directory, arrived);
  }
  const manifest = Buffer.concat(seen.manifest).toString("utf8");
  await writeFileAtomic(join(directory, manifestName), manifest);
  refuseDifferences(JSON.parse(manifest) as ServerManifest, arrived);
  const [start, end] = [seen.rows[0], seen.rows.at(-1)];
  return { timeline: end?.[1] ?? "", startLsn: start?.[0] ?? "", endLsn: end?.[0] ?? "" };
}

/** What `pg_verifybackup` looks for. */
const manifestName = "backup_manifest";

/** Options are in parentheses from 15 on. WAL comes with the files, so nobody waits for an archive. */
function command(major: number): string {
  const label = "LABEL 'rowhouse backup take'";
  return major < 15
    ? `BASE_BACKUP ${label} FAST WAL NOWAIT MANIFEST 'yes' MANIFEST_CHECKSUMS 'SHA256'`
    : `BASE_BACKUP (${label}, CHECKPOINT 'fast', WAL true, WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')`;
}

function replicationLogin({ database: _none, ...login }: ConnectionOptions): ConnectionOptions {
  return login;
}

interface Seen {
  readonly rows: (readonly (string | null)[])[];
  readonly manifest: Buffer[];
}

/** The bytes of the one archive; rows and the server's manifest are put aside. Up to 14 each has a COPY, later all share one. */
async function* archive(pieces: AsyncIterable<Answered>, seen: Seen): AsyncIterable<Buffer> {
  const first: { isTagged?: boolean; isManifest: boolean } = { isManifest: false };
  for await (const piece of pieces) {
    if (piece.kind === "row") seen.rows.push(piece.values);
    else if (piece.kind === "copy ends") first.isManifest = true;
    else {
      first.isTagged ??= piece.bytes[0] === tags.archive;
      const bytes = first.isTagged ? untagged(piece.bytes, first) : piece.bytes;
      if (first.isManifest) seen.manifest.push(bytes);
      else yield bytes;
    }
  }
}

const tags = { archive: 0x6e, manifest: 0x6d, data: 0x64 } as const; // n, m, d

function untagged(bytes: Buffer, state: { isManifest: boolean }): Buffer {
  if (bytes[0] === tags.manifest) state.isManifest = true;
  return bytes[0] === tags.data ? bytes.subarray(1) : Buffer.alloc(0);
}

async function write({ name, kind, content }: TarEntry, directory: string, arrived: Map<string, Arrived>): Promise<void> {
  const path = join(directory, name);
  if (kind === "other" || name.split("/").includes("..") || name.startsWith("/"))
    throw new Problem("RH-BACKUP-001", `${name}: it is neither a file nor a directory of the data directory`, { hint: "Nothing was taken." });
  if (kind === "directory") return ensureDirectory(path);
  await ensureDirectory(dirname(path));
  const hash = createHash("sha256");
  let bytes = 0;
  const hashed = async function* () {
    for await (const piece of content) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  await writeNew(path, hashed());
  arrived.set(name, { bytes, sha256: hash.digest("hex") });
}

interface ServerManifest {
  readonly Files: readonly { readonly Path?: string; readonly "Encoded-Path"?: string; readonly Size: number; readonly Checksum: string }[];
}

/** Throws RH-PROOF-001 naming the file that did not arrive as the server sent it. */
function refuseDifferences({ Files: files }: ServerManifest, arrived: ReadonlyMap<string, Arrived>): void {
  for (const { Path: path, "Encoded-Path": encoded, Size: bytes, Checksum: checksum } of files) {
    const name = path ?? Buffer.from(encoded ?? "", "hex").toString("utf8");
    const file = arrived.get(name);
    if (file?.bytes === bytes && file.sha256 === checksum) continue;
    const seen = file ? `with ${file.bytes} bytes and SHA-256 ${file.sha256}` : "not at all";
    throw new Problem("RH-PROOF-001", `${name} arrived ${seen}; the server's manifest has ${bytes} bytes and ${checksum}`, {
      hint: "Take it again.",
    });
  }
}
