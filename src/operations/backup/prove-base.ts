// The proof of a base backup: a server on a copy of its files recovers, every row of every database is read, every index looked
// into, and first writes are tried. Whatever is known of the original is compared: its schema, where nobody changed that meanwhile;
// its rows, where nothing was committed meanwhile. What is not known is told as not compared. docs/decisions/0017 says why.
import { join } from "node:path";
import type { Session } from "../../drivers/driver.ts";
import type { Content } from "../../engines/backup.ts";
import { type Evidence, type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, readTail } from "../../platform/files.ts";
import { wasKilled } from "../../platform/processes.ts";
import { compareContent, settled } from "./compare.ts";
import { baseDirectory, type BaseFacts, type BaseManifest, type Catalogue, surveyOf } from "./manifest.ts";
import { isOfMachine, machineFault } from "./machine-fault.ts";
import type { PlainBackup } from "./open.ts";
import type { Means, ProveOptions } from "./prove.ts";
import { type Ground, missingHere, newProofDirectory, startThrowaway, type Throwaway } from "./throwaway.ts";

const mend = "Take another backup; do not rely on this one.";
/** Until the log that came with the files is replayed. */
const recoveredWithinMs = 1_800_000;

type Opened = Pick<PlainBackup, "directory" | "catalogue"> & Means & { readonly manifest: BaseManifest };

/** Evidence turns faulty when no server starts on the files, when something in them cannot be read, or when it is not as the original was. */
export async function proveBase(context: Context, options: ProveOptions, opened: Opened): Promise<Verdict> {
  const { clock } = context;
  const began = clock.monotonicMs();
  options.onProgress("starting a server on a copy of the files");
  const started = await startOn(context, options, opened);
  if ("state" in started) return started;
  await using server = started;
  const { place } = server;
  const seen = `a throw-away ${options.engine.title} ${place.installation.version} on a copy of the files, recovered and removed afterwards`;
  const restored = { subject: "restored", seen, tookMs: clock.monotonicMs() - began };
  await options.onRestored?.(server.administrator());
  const looks: Look[] = [];
  for (const database of opened.manifest.base.databases) looks.push(await lookInto({ context, options, opened, server }, database));
  const findings = looks.flatMap((look) => look.findings);
  return findings.length > 0 ? verdictOf([], findings) : verdictOf([restored, ...evidenceOf(opened.manifest, looks)], []);
}

async function startOn(context: Context, options: ProveOptions, opened: Opened): Promise<Throwaway | Verdict> {
  const { engine, signal } = options;
  const { directory, manifest, tools, installation } = opened;
  const { base } = engine.backup;
  const ground: Ground = {
    make: async ({ dataDirectory, owner }) => {
      await ensureDirectory(dataDirectory, owner ? { owner } : {});
      await base.copy(context, { from: join(directory, baseDirectory), dataDirectory, owner, tools, signal });
    },
    run: (place) => base.copyServer(place, manifest.base.facts),
    readyWithinMs: recoveredWithinMs,
    isMissingHere: base.isMissingHere,
  };
  try {
    return await startThrowaway(context, { engine, installation, directory: await newProofDirectory(), survey: surveyOf(manifest), ground, signal });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== "RH-PROC-001" || wasKilled(thrown)) throw thrown;
    const fault = machineFault(thrown.message);
    if (fault) throw fault;
    return verdictOf([], [{ subject: "server", seen: thrown.message, mend }]);
  }
}

interface Proving {
  readonly context: Context;
  readonly options: ProveOptions;
  readonly opened: Opened;
  readonly server: Throwaway;
}

type Database = BaseFacts["databases"][number];

interface Look {
  readonly tables: number;
  readonly rows: number;
  readonly objects: number;
  readonly checked: string;
  readonly writes: number;
  readonly comparedMs: number;
  readonly checkedMs: number;
  readonly wroteMs: number;
  readonly findings: readonly Finding[];
}

async function lookInto(proving: Proving, database: Database): Promise<Look> {
  const { options, server } = proving;
  const { isMissingHere } = options.engine.backup.base;
  const { name } = database;
  try {
    await using session = await options.engine.driver.connect({ ...server.administrator(name), statementTimeoutMs: dayMs });
    const look = await lookWith(proving, database, session);
    const missing = look.findings.find(({ seen }) => isMissingHere(seen));
    if (missing) throw missingHere(`${missing.subject}: ${missing.seen}`);
    return look;
  } catch (thrown) {
    if (!(thrown instanceof Problem) || /^RH-(USE-002|BUG-001)/.test(thrown.code) || isOfMachine(thrown) || (await server.isGone())) throw thrown;
    const fault = isMissingHere(thrown.message)
      ? missingHere(`${name}: ${thrown.message}`)
      : machineFault(await readTail(server.place.logPath, 4_000));
    if (fault) throw fault;
    const findings = [{ subject: `database ${name}`, seen: thrown.message, mend }];
    return { tables: 0, rows: 0, objects: 0, checked: "", writes: 0, comparedMs: 0, checkedMs: 0, wroteMs: 0, findings };
  }
}

async function lookWith({ context: { clock }, options, opened }: Proving, database: Database, session: Session): Promise<Look> {
  const { engine, onProgress } = options;
  const { name } = database;
  const began = clock.monotonicMs();
  const copy = await engine.backup.content(session, (text) => onProgress(`${name}: ${text}`));
  const known = opened.catalogue.filter((object) => object.database === name).map(({ database: _where, ...object }) => object);
  const catalogue = await settled(known, copy, (object) => engine.backup.reread(session, object));
  const differing = compareContent(originalOf(database, catalogue, copy), copy);
  const compared = clock.monotonicMs();
  onProgress(`${name}: looking into the indexes`);
  const checked = await engine.backup.base.check(session);
  const looked = clock.monotonicMs();
  onProgress(`${name}: writing into the copy`);
  const wrote = await engine.backup.tryWrites(session, copy);
  const findings = [...differing, ...checked.findings, ...wrote.findings];
  return {
    tables: copy.tables.length,
    rows: copy.tables.reduce((sum, { rows }) => sum + rows, 0),
    objects: copy.objects.length,
    checked: checked.seen,
    writes: wrote.tried,
    comparedMs: compared - began,
    checkedMs: looked - compared,
    wroteMs: clock.monotonicMs() - looked,
    findings: findings.map(({ subject, seen }) => ({ subject: `${name}: ${subject}`, seen, mend })),
  };
}

/**
 * What nobody knows of the original is taken from the copy itself, and so never called different. A counter may stand elsewhere after
 * a recovery, as after any crash: that it gives what is free is tried by writing.
 */
function originalOf({ tables: known, isSchemaKnown }: Database, catalogue: Catalogue, copy: Content) {
  const tables = (known ?? copy.tables).map(({ name, rows, hash }) => ({ name: [...name], rows, hash }));
  return { manifest: { tables, counters: [] }, catalogue: isSchemaKnown ? catalogue : [...copy.objects] };
}

function evidenceOf({ base }: BaseManifest, looks: readonly Look[]): readonly Evidence[] {
  const sum = (of: (look: Look) => number) => looks.reduce((total, look) => total + of(look), 0);
  const count = (number: number) => number.toLocaleString("en-US");
  const rows = `${count(sum(({ rows: one }) => one))} rows in ${count(sum(({ tables }) => tables))} tables of ${looks.length} ${looks.length === 1 ? "database" : "databases"}`;
  const isContentKnown = base.databases.every(({ tables }) => tables !== undefined);
  const strange = base.databases.filter(({ isSchemaKnown }) => !isSchemaKnown).map(({ name }) => name);
  const objects = `${count(sum((look) => look.objects))} objects`;
  const schema = strange.length === 0 ? `${objects}: equal` : `${objects}: equal but in ${strange.join(", ")}, whose schema changed meanwhile`;
  const content = isContentKnown ? `${rows} by content, ${schema}` : `${schema}; ${rows} read whole, not compared: the server took writes meanwhile`;
  return [
    { subject: "compared", seen: content, tookMs: sum(({ comparedMs }) => comparedMs) },
    {
      subject: "checked",
      seen: looks.map(({ checked }, at) => `${base.databases[at]?.name}: ${checked}`).join("; "),
      tookMs: sum(({ checkedMs }) => checkedMs),
    },
    {
      subject: "wrote",
      seen: `${count(sum(({ writes }) => writes))} first writes: keys refuse doubles, counters give what is free`,
      tookMs: sum(({ wroteMs }) => wroteMs),
    },
  ];
}
