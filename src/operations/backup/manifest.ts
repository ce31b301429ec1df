// What a backup says of itself: manifest.json lists every file with its hash and every table with its rows, catalogue.json holds
// the objects as the engine defined them. Format 1; a reader refuses another.
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Scope, Survey } from "../../engines/backup.ts";
import { Problem } from "../../foundation/problem.ts";
import { readIfThere } from "../../platform/files.ts";

const count = Type.Integer({ minimum: 0 });
const closed = { additionalProperties: false } as const;
/** Below the backup, without a way out of it. */
const filePath = Type.String({ pattern: "^(?!.*(^|/)\\.\\.?(/|$))[^/].*$" });

const StoredFileSchema = Type.Object({ path: filePath, bytes: count, sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) }, closed);
export type StoredFile = Static<typeof StoredFileSchema>;

const CounterSchema = Type.Object({ name: Type.String(), before: Type.String(), after: Type.String() }, closed);

const TablesSchema = Type.Array(
  Type.Object(
    { name: Type.Array(Type.String(), { minItems: 1 }), rows: count, hash: Type.String(), files: Type.Optional(Type.Array(filePath)) },
    closed,
  ),
);

const DatabaseSchema = Type.Object(
  {
    name: Type.String(),
    settings: Type.Record(Type.String(), Type.String()),
    roles: Type.Array(Type.String()),
    extensions: Type.Array(Type.String()),
    tableBytes: count,
    bytes: count,
  },
  closed,
);

/** One of all databases: what a backup of it alone would say, and where its files are below the backup. */
const MemberSchema = Type.Object(
  {
    directory: filePath,
    database: DatabaseSchema,
    snapshotAt: Type.String(),
    snapshot: Type.String(),
    tables: TablesSchema,
    counters: Type.Array(CounterSchema),
    objects: Type.Record(Type.String(), count),
  },
  closed,
);

/** What a base backup says besides: it holds every database of its server. */
const BaseSchema = Type.Object(
  {
    /** Where in the server's log the copy begins and where it is consistent; a log is replayed from there. In the engine's words. */
    position: Type.Record(Type.String(), Type.String()),
    /** What a server on a copy is started with. */
    facts: Type.Record(Type.String(), Type.String()),
    databases: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          bytes: count,
          /** False when its schema changed between the beginning and the end, so that nobody knows which one the copy has. */
          isSchemaKnown: Type.Boolean(),
          /** Present when nothing was committed on the server from the beginning until all of this was read. */
          tables: Type.Optional(TablesSchema),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type BaseFacts = Static<typeof BaseSchema>;

const ManifestSchema = Type.Object(
  {
    format: Type.Literal(1),
    id: Type.String({ pattern: "^\\d{8}T\\d{6}Z-[0-9a-f]{4}$" }),
    /** All of a database, its schema alone, its rows alone, some tables; all databases of a server with its roles; or a server's files. */
    kind: Type.Union([
      Type.Literal("database"),
      Type.Literal("schema"),
      Type.Literal("data"),
      Type.Literal("tables"),
      Type.Literal("all"),
      Type.Literal("base"),
    ]),
    engine: Type.String(),
    server: Type.Object({ id: Type.String(), version: Type.String(), host: Type.String(), port: count }, closed),
    database: DatabaseSchema,
    taken: Type.Object(
      {
        by: Type.String(),
        with: Type.Array(Type.Object({ name: Type.String(), version: Type.String() }, closed)),
        began: Type.String(),
        snapshotAt: Type.String(),
        snapshot: Type.String(),
        ended: Type.String(),
      },
      closed,
    ),
    /** How the files are encrypted, when they are. */
    encryption: Type.Optional(Type.Object({ format: Type.Literal("age"), recipient: Type.String() }, closed)),
    /** Of a house: which migrations its database has had. */
    migrations: Type.Optional(
      Type.Array(
        Type.Object({ version: count, name: Type.String(), checksum: Type.String(), step: count, steps: count, state: Type.String() }, closed),
      ),
    ),
    hashMethod: Type.String(),
    tables: TablesSchema,
    /** Counters are in no snapshot: a copy stands where they were before or after the dump, or between. */
    counters: Type.Array(CounterSchema),
    objects: Type.Record(Type.String(), count),
    files: Type.Array(StoredFileSchema),
    /** Which a server's files need and no file's path tells of. */
    emptyDirectories: Type.Optional(Type.Array(filePath)),
    /** Of `all`: the databases, and what of the server came along; `objects` and catalogue.json are then the server's own. */
    whole: Type.Optional(
      Type.Object(
        { databases: Type.Array(MemberSchema), roles: Type.Array(Type.String()), leftOut: Type.Array(Type.String()), hasPasswords: Type.Boolean() },
        closed,
      ),
    ),
    /** Of `base`, which has no other tables and no counters; the objects in catalogue.json then say in which database they are. */
    base: Type.Optional(BaseSchema),
  },
  closed,
);
export type Manifest = Static<typeof ManifestSchema>;
export type Member = Static<typeof MemberSchema>;

/** What stands for a database's name in a backup of all of them. */
export const allDatabases = "all databases";

/** The same in a base backup. */
export const wholeServer = "the whole server";

/** Of whatever database. */
export function tablesIn({ tables, whole, base }: Manifest): Manifest["tables"] {
  if (base) return base.databases.flatMap((one) => one.tables ?? []);
  return whole ? whole.databases.flatMap((member) => member.tables) : tables;
}

/** Of one database. */
export type DatabaseManifest = Omit<Manifest, "kind"> & { readonly kind: Scope["kind"] };

export function isOfDatabase(manifest: Manifest): manifest is Manifest & DatabaseManifest {
  return manifest.kind !== "all" && manifest.kind !== "base";
}

/** Of the files of a whole server. */
export type BaseManifest = Manifest & { readonly kind: "base"; readonly base: BaseFacts };

export function isBase(manifest: Manifest): manifest is BaseManifest {
  return manifest.kind === "base" && manifest.base !== undefined;
}

/** The databases of a backup that holds several; undefined for one of a single database. */
export function databaseNames({ whole, base }: Manifest): readonly string[] | undefined {
  return whole?.databases.map(({ database }) => database.name) ?? base?.databases.map(({ name }) => name);
}

/** What a backup of that database alone would say. */
export function manifestOf(manifest: Manifest, { database, tables, counters, objects, snapshot, snapshotAt }: Member): DatabaseManifest {
  const { whole: _whole, ...rest } = manifest;
  return { ...rest, kind: "database", database, tables, counters, objects, taken: { ...manifest.taken, snapshot, snapshotAt } };
}

const CatalogueSchema = Type.Array(
  Type.Object(
    {
      kind: Type.String(),
      name: Type.String(),
      definition: Type.String(),
      text: Type.Optional(Type.String()),
      database: Type.Optional(Type.String()),
      role: Type.Optional(Type.String()),
    },
    closed,
  ),
);
export type Catalogue = Static<typeof CatalogueSchema>;

export const manifestName = "manifest.json";
export const catalogueName = "catalogue.json";
export const certificateName = "certificate.json";
/** Beside the manifest; `minisign -Vm manifest.json` finds it by this name. */
export const signatureName = "manifest.json.minisig";
/** Below a base backup: the files of the server. */
export const baseDirectory = "base";
export const drillName = "drill.json";
export const pageName = "certificate.html";

/** Throws RH-BACKUP-003 when there is none, or one of another format. */
export async function readManifest(directory: string): Promise<{ readonly manifest: Manifest; readonly text: string }> {
  const path = join(directory, manifestName);
  const text = (await readIfThere(path)) ?? "";
  return { manifest: checked(ManifestSchema, path, text), text };
}

export async function readCatalogue(directory: string): Promise<Catalogue> {
  const path = join(directory, catalogueName);
  return checked(CatalogueSchema, path, (await readIfThere(path)) ?? "");
}

function checked<Schema extends typeof ManifestSchema | typeof CatalogueSchema>(schema: Schema, path: string, text: string): Static<Schema> {
  const hint = "Look at it: it was written by another version, or changed since.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem("RH-BACKUP-003", text === "" ? `there is no ${path}` : `${path} is not JSON`, { cause, hint });
  }
  const [first] = Value.Errors(schema, value);
  if (!first) return value as Static<Schema>;
  throw new Problem("RH-BACKUP-003", `${path}: ${first.path.slice(1).replaceAll("/", ".") || "it"}: ${first.message}`, { hint });
}

/** What was known of the database when it was backed up. */
export function surveyOf({ server, database }: Pick<Manifest, "server" | "database">): Survey {
  const { name, settings, roles, extensions, tableBytes, bytes } = database;
  return {
    serverId: server.id,
    version: server.version,
    database: name,
    settings,
    roles,
    extensions,
    tableBytes,
    databaseBytes: bytes,
    refusals: [],
  };
}

/** Each database that a backup holds, and where its files are; `directory` is the backup's. */
export function databasesIn(manifest: Manifest, directory: string): readonly { readonly survey: Survey; readonly directory: string }[] {
  if (!manifest.whole) return [{ survey: surveyOf(manifest), directory }];
  return manifest.whole.databases.map((member) => ({ survey: surveyOf(manifestOf(manifest, member)), directory: join(directory, member.directory) }));
}
