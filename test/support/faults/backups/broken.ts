// FAULT-11, SEC-10, SEC-11: backups that are no whole ones: cut, with a file missing, too many or of another backup, with an edited
// manifest, with names that lead elsewhere and things that are no files. Each is refused or FAILED, and nothing outside is touched.
import { execFileSync } from "node:child_process";
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { catalogueName, manifestName, signatureName } from "../../../../src/operations/backup/manifest.ts";
import { copyOf, editFile, editManifest, type EditableManifest, manifestOf, rehash, rowsFile, signAgain } from "./edits.ts";
import { proved } from "./outcome.ts";
import { type Subject, takeOf } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";
import { takeGood } from "./x1.ts";

interface Broken {
  readonly title: string;
  /** Breaks the backup in `directory`; `other` is a good one of the same database. */
  readonly act: (directory: string, other: string, engine: EngineName) => void;
  /** By somebody who has our key: the signature does not tell. */
  readonly isSignedAgain?: boolean;
  /** Only the content can tell, so it is restored first. */
  readonly says?: RegExp;
}

export const fault11: BackupFault = async (subject, { runs, signal, tell }) => {
  const good = await takeGood(subject, signal);
  const other = (await takeOf(subject, { isProved: false, signal })).directory;
  for (const broken of brokenBackups(subject.name).slice(0, runs)) {
    if (signal.aborted) return;
    tell(await tryBroken(subject, { good, other, broken, signal }));
  }
};

const canary = "not of any backup\n";

export async function tryBroken(
  subject: Subject,
  { good, other, broken, signal }: { readonly good: string; readonly other: string; readonly broken: Broken; readonly signal: AbortSignal },
): Promise<Tried> {
  const place = join(subject.directory, "broken");
  const directory = copyOf(good, place);
  const outside = join(place, "outside.txt");
  writeFileSync(outside, canary, { mode: 0o600 });
  broken.act(directory, other, subject.name);
  if (broken.isSignedAgain) await signAgain(subject.context, directory);
  const { state, sentences } = await proved(subject, { directory, signal });
  const says = sentences.join("; ");
  const isRefused = state === "FAILED" || (state === "refused" && says.startsWith("RH-BACKUP-003"));
  const touched = readFileSync(outside, "utf8") === canary ? [] : ["a file outside was changed"];
  const strays = readdirSync(place).filter((name) => name !== basename(directory) && name !== "outside.txt");
  const complaints = [
    ...(isRefused ? [] : [`${state}: ${says}`]),
    ...(broken.says && !sentences.some((one) => broken.says?.test(one)) ? [`it says: ${says}`] : []),
    ...touched,
    ...strays.map((name) => `${name} was made outside`),
  ];
  return tried(broken.title, { state, says, complaints });
}

export function brokenBackups(engine: EngineName): readonly Broken[] {
  return [...cuts(engine), ...lacks, ...swaps, ...edits, ...names, ...things];
}

/** Files of three kinds. */
const kinds: Readonly<Record<string, (directory: string, engine: EngineName) => string>> = {
  "the rows": (directory, engine) => rowsFile[engine](directory, "padding"),
  "the schema": (_directory, engine) => schemaFile[engine],
  "the manifest": () => manifestName,
};
const schemaFile: Readonly<Record<EngineName, string>> = { postgres: "dump/toc.dat", mariadb: "dump/schema.sql" };

function cuts(engine: EngineName): readonly Broken[] {
  const parts = [0, 0.01, 0.25, 0.5, 0.999];
  const plain = Object.entries(kinds).flatMap(([kind, fileOf]) =>
    parts.map((part): Broken => ({ title: `${kind} cut at ${part * 100} %`, act: (directory) => cut(directory, fileOf(directory, engine), part) })),
  );
  const fitted = Object.entries(kinds)
    .slice(0, 2)
    .flatMap(([kind, fileOf]) =>
      parts.map((part): Broken => {
        const act = (directory: string) => {
          cut(directory, fileOf(directory, engine), part);
          rehash(directory, fileOf(directory, engine));
        };
        return { title: `${kind} cut at ${part * 100} %, hashes made to fit`, isSignedAgain: true, act };
      }),
    );
  return [...plain, ...fitted, ...(engine === "mariadb" ? statementEnds : [])];
}

function cut(directory: string, path: string, part: number): void {
  editFile(directory, path, (bytes) => bytes.subarray(0, part === 0 ? 0 : Math.max(1, Math.floor(bytes.length * part))));
}

/** TRAP-4: what a client reads to its end without an error. */
const statementEnds: readonly Broken[] = ["schema.sql", "triggers.sql"].flatMap((name) =>
  [1, 2, 3].map(
    (nth): Broken => ({
      title: `${name} cut at the end of a statement, ${nth} quarters in, hashes made to fit`,
      isSignedAgain: true,
      act: (directory) => {
        const path = `dump/${name}`;
        editFile(directory, path, (bytes) => bytes.subarray(0, bytes.indexOf(";\n", (bytes.length * nth) / 4.2) + 2));
        rehash(directory, path);
      },
    }),
  ),
);

const lacks: readonly Broken[] = [
  { title: "the rows missing", act: (directory, _other, engine) => rmSync(join(directory, rowsFile[engine](directory, "accounts"))) },
  { title: "the schema missing", act: (directory, _other, engine) => rmSync(join(directory, schemaFile[engine])) },
  { title: "the catalogue missing", act: (directory) => rmSync(join(directory, catalogueName)) },
  { title: "the manifest missing", act: (directory) => rmSync(join(directory, manifestName)) },
  { title: "the signature missing", act: (directory) => rmSync(join(directory, signatureName)) },
  { title: "the dump missing", act: (directory) => rmSync(join(directory, "dump"), { recursive: true }) },
  { title: "a file too many", act: (directory) => writeFileSync(join(directory, "dump/stray.sql"), "drop table accounts;") },
  { title: "a hidden file too many", act: (directory) => writeFileSync(join(directory, ".stray"), "") },
  {
    title: "a file too many in a directory of its own",
    act: (directory) => {
      mkdirSync(join(directory, "deep/er"), { recursive: true });
      writeFileSync(join(directory, "deep/er/stray"), "");
    },
  },
];

const swaps: readonly Broken[] = [
  {
    title: "rows of another backup",
    act: (directory, other, engine) =>
      cpSync(join(other, rowsFile[engine](other, "transfers")), join(directory, rowsFile[engine](directory, "accounts"))),
  },
  { title: "the manifest of another backup", act: (directory, other) => cpSync(join(other, manifestName), join(directory, manifestName)) },
  {
    title: "manifest and signature of another backup",
    act: (directory, other) => {
      for (const name of [manifestName, signatureName]) cpSync(join(other, name), join(directory, name));
    },
  },
  { title: "the signature of another backup", act: (directory, other) => cpSync(join(other, signatureName), join(directory, signatureName)) },
  {
    title: "another backup under this name",
    act: (directory, other) => {
      rmSync(directory, { recursive: true });
      cpSync(other, directory, { recursive: true });
    },
  },
  {
    title: "two files under each other's name",
    act: (directory) => {
      const [a = "", b = ""] = manifestOf(directory).files.flatMap(({ path }) => (path.endsWith(".gz") ? [path] : []));
      renameSync(join(directory, a), join(directory, "kept"));
      renameSync(join(directory, b), join(directory, a));
      renameSync(join(directory, "kept"), join(directory, b));
    },
  },
];

function edited(title: string, edit: (manifest: EditableManifest) => void, isSignedAgain = false): Broken {
  return { title: `manifest: ${title}`, isSignedAgain, act: (directory) => editManifest(directory, edit) };
}

const set = (name: string, value: unknown) => (manifest: EditableManifest) => Object.assign(manifest, { [name]: value });

const edits: readonly Broken[] = [
  edited("format 2", set("format", 2), true),
  edited("format 0", set("format", 0), true),
  edited('format "1"', set("format", "1"), true),
  edited("another kind", set("kind", "tape"), true),
  edited("a field too many", set("more", true), true),
  edited("no files", set("files", []), true),
  edited("no tables", set("tables", [])),
  edited("another id", set("id", "20200101T000000Z-0000")),
  edited("another database", ({ database }) => void Object.assign(database, { name: "mysql" })),
  edited("another host", ({ server }) => void Object.assign(server, { host: "elsewhere" })),
  edited("a table twice", ({ tables }) => void tables.push(...tables.slice(0, 1))),
  edited("a counter moved", ({ counters }) => counters.forEach((counter) => void Object.assign(counter, { before: "1", after: "99999999" }))),
  edited("a million rows more", ({ tables }) => void Object.assign(tables[0] ?? {}, { rows: 1_000_000 })),
  { title: "manifest: no JSON", act: (directory) => writeFileSync(join(directory, manifestName), "{") },
  { title: "manifest: JSON that is no object", act: (directory) => writeFileSync(join(directory, manifestName), "[]") },
  {
    title: "manifest: __proto__",
    isSignedAgain: true,
    act: (directory) => editFile(directory, manifestName, (bytes) => Buffer.from(bytes.toString().replace("{", '{"__proto__": {"files": []},'))),
  },
];

/** Names that lead out of the backup, or that no file has; signed by somebody who has our key. */
const names: readonly Broken[] = [
  "../outside.txt",
  "/etc/hostname",
  "dump/../../outside.txt",
  "./manifest.json",
  "dump/./toc.dat",
  "..",
  "dump/..",
  "..\\outside.txt",
  "%2e%2e/outside.txt",
  "dump/data/\u0000",
  `dump/${"long".repeat(2_000)}`,
  "",
  "-rf",
  "dump/\n",
].map((path) =>
  edited(
    `a file called ${JSON.stringify(path).slice(0, 40)}`,
    ({ files }) => void files.push({ path, bytes: canary.length, sha256: "0".repeat(64) }),
    true,
  ),
);

function inPlace(title: string, act: (path: string, directory: string) => void): Broken {
  return {
    title,
    act: (directory, _other, engine) => {
      const path = join(directory, rowsFile[engine](directory, "accounts"));
      const aside = join(directory, "..", "..", "aside");
      cpSync(path, aside);
      rmSync(path);
      act(path, aside);
    },
  };
}

/** What stands where a file should be; the right bytes are elsewhere. */
const things: readonly Broken[] = [
  inPlace("a link in the place of a file, to the same bytes", (path, aside) => symlinkSync(aside, path)),
  inPlace("a link that leads nowhere", (path) => symlinkSync("/nowhere/at/all", path)),
  inPlace("a link to itself", (path) => symlinkSync(path, path)),
  inPlace("a hard link to another file", (path, aside) => {
    writeFileSync(`${aside}.other`, canary);
    linkSync(`${aside}.other`, path);
  }),
  inPlace("a pipe", (path) => void execFileSync("mkfifo", [path])),
  inPlace("a device", (path) => void execFileSync("mknod", [path, "c", "1", "5"])),
  inPlace("a directory", (path) => mkdirSync(path)),
  {
    title: "a link in the place of the dump's directory, to the same files",
    act: (directory) => {
      const aside = join(directory, "..", "..", "aside-dump");
      rmSync(aside, { recursive: true, force: true });
      cpSync(join(directory, "dump"), aside, { recursive: true });
      rmSync(join(directory, "dump"), { recursive: true });
      symlinkSync(aside, join(directory, "dump"));
    },
  },
  { title: "a link too many", act: (directory) => symlinkSync("/etc/passwd", join(directory, "passwd")) },
  { title: "a pipe too many", act: (directory) => void execFileSync("mkfifo", [join(directory, "pipe")]) },
];
