// A backup of all databases tried on a throw-away server: the roles first, then each database, then the rights on what is in them.
// Each database is compared as one alone is; the roles by name, with their passwords as the server keeps them.
import { join } from "node:path";
import { type Evidence, type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs, formatCount } from "../../foundation/units.ts";
import { compareCopy, compareRoles } from "./compare.ts";
import { countedText } from "./describe.ts";
import { type Manifest, manifestOf, readCatalogue, surveyOf } from "./manifest.ts";
import { restoreInto, type Trial, write, wroteText } from "./trial.ts";

export type WholeTrial = Omit<Trial, "manifest"> & { readonly manifest: Manifest };

export async function tryAll(trial: WholeTrial): Promise<Verdict> {
  const { context, options, server } = trial;
  const { engine } = options;
  const members = await membersOf(trial);
  const login = engine.server.administrator(server.place);
  const began = context.clock.monotonicMs();
  const job = { login, directory: options.directory, isThrowaway: true };
  let kept: readonly string[] = [];
  const made = await tried(async () => {
    kept = await engine.backup.wholeServer.makeRoles(job);
  });
  if (made.state !== "sound") return made;
  for (const member of members) {
    const restored = named(member, await restoreInto(member));
    if (restored.state !== "sound") return restored;
  }
  const given = await tried(() => engine.backup.wholeServer.giveRights(job, kept));
  if (given.state !== "sound") return given;
  const seen = `${formatCount(members.length, "database")} and the server's roles into a throw-away ${engine.title} ${server.place.installation.version}, removed afterwards`;
  const restored = { subject: "restored", seen, tookMs: context.clock.monotonicMs() - began };
  await options.onRestored?.(login);
  return await compareAndWrite(trial, { members, kept, restored });
}

async function membersOf(trial: WholeTrial): Promise<readonly Trial[]> {
  const found: Trial[] = [];
  for (const member of trial.manifest.whole?.databases ?? []) {
    const directory = join(trial.options.directory, member.directory);
    const { onRestored: _onRestored, ...options } = trial.options;
    const manifest = manifestOf(trial.manifest, member);
    found.push({ ...trial, options: { ...options, directory }, manifest, survey: surveyOf(manifest), catalogue: await readCatalogue(directory) });
  }
  return found;
}

/** Evidence turns faulty when the server refuses a statement of the scripts. */
async function tried(act: () => Promise<void>): Promise<Verdict> {
  try {
    await act();
    return verdictOf([], []);
  } catch (thrown) {
    if (!(thrown instanceof Problem) || /^RH-(USE-002|BUG-001|FILE-|CONN-|SRV-002)/.test(thrown.code)) throw thrown;
    return verdictOf([], [{ subject: "roles", seen: thrown.message, mend: "Mend what it names on the server, then take another backup." }]);
  }
}

interface Restored {
  readonly members: readonly Trial[];
  /** Roles that the server had, and has as it had them. */
  readonly kept: readonly string[];
  readonly restored: Evidence;
}

async function compareAndWrite(trial: WholeTrial, { members, kept, restored }: Restored): Promise<Verdict> {
  const { context, options } = trial;
  const { clock } = context;
  const began = clock.monotonicMs();
  const roles = await lookAtRoles(trial, kept);
  const compared: Verdict[] = [];
  const wrote: Verdict[] = [];
  let triedWrites = 0;
  let comparedMs = clock.monotonicMs() - began;
  for (const member of members) {
    const login = options.engine.server.administrator(trial.server.place, member.manifest.database.name);
    await using session = await options.engine.driver.connect({ ...login, statementTimeoutMs: dayMs });
    const from = clock.monotonicMs();
    compared.push(named(member, await compareCopy(context, { ...member, engine: options.engine, onProgress: member.options.onProgress }, session)));
    comparedMs += clock.monotonicMs() - from;
    const { verdict, tried: count } = await write(member, session);
    wrote.push(named(member, verdict));
    triedWrites += count;
  }
  const findings = [...roles, ...compared.flatMap(findingsOf), ...wrote.flatMap(findingsOf)];
  const evidence = { subject: "compared", seen: comparedText(trial.manifest, kept), tookMs: comparedMs };
  return verdictOf(findings.length === 0 ? [restored, evidence, together(wrote, triedWrites)] : [], findings);
}

async function lookAtRoles({ options, server, catalogue }: WholeTrial, kept: readonly string[]): Promise<readonly Finding[]> {
  const { wholeServer } = options.engine.backup;
  await using session = await options.engine.driver.connect(options.engine.server.administrator(server.place));
  return compareRoles(catalogue, await wholeServer.objects(session), kept);
}

function comparedText({ whole, objects }: Manifest, kept: readonly string[]): string {
  const databases = whole?.databases ?? [];
  const tables = databases.flatMap((member) => member.tables);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const left = kept.length === 0 ? "" : `; not tried, because a new server has its own: ${kept.join(", ")}`;
  return `${formatCount(databases.length, "database")} with ${formatCount(rows, "row")} in ${formatCount(tables.length, "table")} by content, with all objects; of the server ${countedText(objects)}: equal${left}`;
}

function together(verdicts: readonly Verdict[], triedWrites: number): Evidence {
  const all = verdicts.flatMap((verdict) => (verdict.state === "sound" ? verdict.evidence : []));
  const tookMs = all.reduce((sum, one) => sum + one.tookMs, 0);
  return { subject: "wrote", seen: wroteText(triedWrites), tookMs };
}

function findingsOf(verdict: Verdict): readonly Finding[] {
  return verdict.state === "faulty" ? verdict.findings : [];
}

function named({ manifest }: Trial, verdict: Verdict): Verdict {
  if (verdict.state !== "faulty") return verdict;
  const { name } = manifest.database;
  return verdictOf(
    [],
    verdict.findings.map((finding) => ({ ...finding, subject: `database ${name}: ${finding.subject}` })),
  );
}
