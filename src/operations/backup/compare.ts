// A copy against what the manifest says of the original: tables, rows, content, counters, and every object by its definition.
// Each difference names what differs.
import type { Session } from "../../drivers/driver.ts";
import type { Content, DatabaseObject, Scope, TableName } from "../../engines/backup.ts";
import type { Engine } from "../../engines/engine.ts";
import type { RoleObject } from "../../engines/whole-server.ts";
import { type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import type { Context } from "../../platform/context.ts";
import type { Catalogue, DatabaseManifest, Manifest } from "./manifest.ts";
import { withinScope } from "./scope.ts";

const mend = "Take another backup; do not rely on this one.";

interface Original {
  readonly engine: Engine;
  readonly manifest: DatabaseManifest;
  readonly catalogue: Catalogue;
  /** Whose rows are looked at; those of all tables unless given. */
  readonly sampled?: readonly TableName[] | undefined;
  readonly onProgress: (text: string) => void;
}

/** Evidence turns faulty when a row, a counter or an object of the copy differs from the original. `session` is in the copy. */
export async function compareCopy({ clock }: Pick<Context, "clock">, original: Original, session: Session): Promise<Verdict> {
  const began = clock.monotonicMs();
  const { sampled, onProgress } = original;
  const { backup } = original.engine;
  const manifest = sampled ? withTables(original.manifest, sampled) : original.manifest;
  const scope: Scope | undefined = sampled ? { kind: "tables", tables: sampled } : undefined;
  const copy = withinScope(original.engine, original.manifest, await backup.content(session, onProgress, scope));
  const catalogue = await settled(original.catalogue, copy, (object) => backup.reread(session, object));
  const evidence = { subject: "compared", seen: comparedText(original.manifest, copy), tookMs: clock.monotonicMs() - began };
  const findings = compareContent({ manifest, catalogue }, copy);
  return verdictOf(findings.length === 0 ? [evidence] : [], findings);
}

function withTables(manifest: DatabaseManifest, names: readonly TableName[]): DatabaseManifest {
  const wanted = new Set(names.map((name) => JSON.stringify(name)));
  return { ...manifest, tables: manifest.tables.filter(({ name }) => wanted.has(JSON.stringify(name))) };
}

function comparedText(manifest: DatabaseManifest, copy: Content): string {
  const counted = (count: number, one: string, many: string) => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]);
  const of = (kind: string, many: string) => counted(manifest.objects[kind] ?? 0, kind, many);
  const named = [
    of("index", "indexes"),
    of("constraint", "constraints"),
    of("view", "views"),
    of("routine", "routines"),
    of("trigger", "triggers"),
    of("grant", "grants"),
    of("role", "roles"),
  ];
  const how = { database: "by content", schema: "without their rows", data: "by content, their definitions not", tables: "by content, nothing else" };
  const isSample = copy.tables.length < manifest.tables.length;
  const tables = `${copy.tables.length}/${manifest.tables.length} tables ${how[manifest.kind]}${isSample ? ", a sample: the rows of the others were not looked at" : ""}`;
  return `${[tables, ...named.flat(), ...counted(manifest.counters.length, "counter", "counters")].join(", ")}: equal`;
}

export function compareContent(
  original: { readonly manifest: Pick<Manifest, "tables" | "counters">; readonly catalogue: Catalogue },
  copy: Content,
): readonly Finding[] {
  return [...compareTables(original.manifest, copy), ...compareCounters(original.manifest, copy), ...compareObjects(original.catalogue, copy)];
}

/** Of some tables alone: their rows, and the objects that belong to them. */
export function comparePart(
  { manifest, catalogue }: { readonly manifest: Pick<Manifest, "tables" | "counters">; readonly catalogue: Catalogue },
  copy: Content,
  part: { readonly only: readonly string[]; readonly belongs: (object: DatabaseObject) => boolean },
): readonly Finding[] {
  const tables = manifest.tables.filter(({ name }) => part.only.includes(name.join(".")));
  return [
    ...compareTables({ ...manifest, tables }, copy),
    ...compareObjects(catalogue.filter(part.belongs), { ...copy, objects: copy.objects.filter(part.belongs) }),
  ];
}

/** The original's objects, with each text that the copy has otherwise as the copy's engine writes it once it has read it in. */
export async function settled(
  catalogue: Catalogue,
  copy: Content,
  reread: (object: DatabaseObject) => Promise<string | undefined>,
): Promise<Catalogue> {
  const copied = new Map(copy.objects.map((object) => [keyOf(object), object.text]));
  const found: DatabaseObject[] = [];
  for (const object of catalogue) {
    const { text } = object;
    const isOther = text !== undefined && copied.get(keyOf(object)) !== undefined && copied.get(keyOf(object)) !== text;
    found.push(isOther ? { ...object, text: (await reread(object)) ?? text } : object);
  }
  return found;
}

function compareTables(manifest: Pick<Manifest, "tables" | "counters">, copy: Content): readonly Finding[] {
  const copied = new Map(copy.tables.map((table) => [JSON.stringify(table.name), table]));
  const found = manifest.tables.flatMap(({ name, rows, hash }) => {
    const table = copied.get(JSON.stringify(name));
    copied.delete(JSON.stringify(name));
    if (!table) return [finding(`table ${name.join(".")}`, "is missing in the copy")];
    if (table.rows !== rows) return [finding(`table ${name.join(".")}`, `has ${table.rows} rows in the copy, and had ${rows}`)];
    if (table.hash !== hash)
      return [finding(`table ${name.join(".")}`, `has ${rows} rows as it had, with other content (hash ${table.hash}, was ${hash})`)];
    return [];
  });
  return [...found, ...[...copied.values()].map(({ name }) => finding(`table ${name.join(".")}`, "is in the copy only"))];
}

/** A writer may have moved a counter during the dump, so the copy stands between the two readings. */
function compareCounters(manifest: Pick<Manifest, "tables" | "counters">, copy: Content): readonly Finding[] {
  return manifest.counters.flatMap(({ name, before, after }) => {
    const counter = copy.counters.find((one) => one.name === name);
    if (!counter) return [finding(`counter ${name}`, "is missing in the copy")];
    const [low, high] = [BigInt(before), BigInt(after)].toSorted((a, b) => (a < b ? -1 : 1)) as [bigint, bigint];
    const next = BigInt(counter.next);
    if (next >= low && next <= high) return [];
    return [finding(`counter ${name}`, `gives ${next} next in the copy, and stood at ${low === high ? low : `${low} to ${high}`}`)];
  });
}

export function compareObjects(catalogue: Catalogue, copy: Content): readonly Finding[] {
  const was = grouped(catalogue);
  const is = grouped(copy.objects);
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [before, after] = [was.get(key), is.get(key)];
    if (before === after) return [];
    if (after === undefined) return [finding(key, "is missing in the copy")];
    if (before === undefined) return [finding(key, "is in the copy only")];
    if (key.startsWith("password ")) return [finding(key, "is another one in the copy")]; // nothing of it is shown
    return [finding(key, `is defined otherwise in the copy: ${firstDifference(before, after)}`)];
  });
}

/** Of a server, but for roles that are kept: what such a one had is nobody's business here. */
export function compareRoles(catalogue: Catalogue, copy: readonly RoleObject[], kept: readonly string[]): readonly Finding[] {
  const isMade = ({ role }: Partial<RoleObject>) => role === undefined || !kept.includes(role);
  return compareObjects(catalogue.filter(isMade), { tables: [], counters: [], objects: copy.filter(isMade) });
}

/** Objects that share a name count as one, with all their definitions. */
function grouped(objects: Catalogue | Content["objects"]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const object of objects) {
    const { definition, text } = object;
    found.set(keyOf(object), [found.get(keyOf(object)) ?? [], definition, text ?? []].flat().join("\n"));
  }
  return found;
}

function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`;
}

function firstDifference(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 20), at + 40).replace(/\s+/g, " ");
  return `"…${around(after)}…", was "…${around(before)}…"`;
}

function finding(subject: string, seen: string): Finding {
  return { subject, seen, mend };
}
