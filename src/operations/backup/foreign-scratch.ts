// A dump of others run for the first time: in a throw-away server, as an account that owns one empty database and may do nothing else.
// Afterwards every account of that server may do what it could before, and nothing in the database could do more than its owner. What
// stands there is then backed up like any database.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Survey } from "../../engines/backup.ts";
import type { Installation } from "../../engines/engine.ts";
import type { Owner } from "../../engines/foreign.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import { dayMs, formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { goThrough, type Pass, type Passed } from "./foreign-script.ts";
import { planTake, type TakenBackup } from "./take.ts";
import { clearAbandoned, newProofDirectory, startThrowaway, type Throwaway } from "./throwaway.ts";

export interface ForeignTrial {
  readonly pass: Pass;
  /** What the file was when it was read through. */
  readonly seen: Passed;
  readonly installation: Installation;
  /** Of the database that it is run in. */
  readonly survey: Survey;
  readonly ownerName: string;
  /** Where the backup of what stands there then goes. */
  readonly store: string;
}

export interface Tried {
  readonly backup: TakenBackup;
  readonly evidence: readonly Evidence[];
}

/** Throws RH-BACKUP-020 for what the owner may not do, and when anything could do more than it; RH-BACKUP-012 where the database cannot be made here. */
export async function tryForeign(context: Context, trial: ForeignTrial): Promise<Tried> {
  const { pass, installation, survey } = trial;
  await clearAbandoned(context);
  await using server = await startThrowaway(context, { ...pass, installation, survey, directory: await newProofDirectory() });
  const owner: Owner = { name: trial.ownerName, password: new Secret(randomBytes(24).toString("base64url")) };
  const ran = await runAsOwner(context, trial, { server, owner });
  const backup = await takeScratch(context, trial, { server, owner });
  return { backup, evidence: [...ran, ...backup.evidence] };
}

interface Scratch {
  readonly server: Throwaway;
  readonly owner: Owner;
}

async function runAsOwner(
  context: Context,
  { pass, seen, survey, installation }: ForeignTrial,
  { server, owner }: Scratch,
): Promise<readonly Evidence[]> {
  const { engine } = pass;
  const { foreign } = engine;
  const began = context.clock.monotonicMs();
  await using administrator = await engine.driver.connect({ ...engine.server.administrator(server.place), statementTimeoutMs: dayMs });
  const obstacle = await engine.backup.obstacle(administrator, survey);
  if (obstacle !== undefined) throw new Problem("RH-BACKUP-012", obstacle, { hint: "Run this on a machine that has it." });
  await foreign.prepare(administrator, server.place, { owner, survey });
  const before = await foreign.roles(administrator);
  const ran = await runAll(context, pass, { ...foreign.login(server.place, { owner, database: survey.database }), statementTimeoutMs: dayMs });
  if (ran.sha256 !== seen.sha256)
    throw new Problem("RH-BACKUP-003", `${pass.file.path} changed while it was read`, { hint: "Run this again when nobody writes it." });
  await refuseGains(before, await foreign.roles(administrator));
  await using inside = await engine.driver.connect(engine.server.administrator(server.place, survey.database));
  const found = await foreign.escalations(inside, owner);
  if (found.length > 0) throw gained(found);
  await foreign.shield(administrator, owner);
  const what = `${ran.statements.toLocaleString("en-US")} statements, ${formatBytes(ran.bytes)}`;
  return [
    {
      subject: "tried",
      seen: `${what}, as ${owner.name} without other rights in a throw-away ${engine.title} ${installation.version}; all ${before.length} rights and settings there are as they were`,
      tookMs: context.clock.monotonicMs() - began,
    },
  ];
}

async function runAll(context: Context, pass: Pass, login: Parameters<Pass["engine"]["driver"]["connect"]>[0]): Promise<Passed> {
  const patient = { ...login, lockTimeoutMs: dayMs, idleTransactionTimeoutMs: dayMs };
  await using session = await pass.engine.driver.connectForeign(patient);
  return await goThrough(context, pass, session);
}

async function refuseGains(before: readonly string[], after: readonly string[]): Promise<void> {
  const gone = before.filter((line) => !after.includes(line)).map((line) => `no longer ${line}`);
  const changed = [...after.filter((line) => !before.includes(line)), ...gone];
  if (changed.length > 0) throw gained(changed);
}

function gained(what: readonly string[]): Problem {
  const more = what.length > 3 ? ` and ${what.length - 3} more` : "";
  return new Problem("RH-BACKUP-020", `the dump got more than its owner may have: ${what.slice(0, 3).join("; ")}${more}`, {
    hint: "The server was not touched. Do not restore this dump.",
  });
}

async function takeScratch(context: Context, { pass, survey, store }: ForeignTrial, { server, owner }: Scratch) {
  const { engine, signal, onProgress } = pass;
  const login = { ...engine.foreign.reader(server.place, { owner, database: survey.database }), database: survey.database };
  const source = { engine, login: { ...login, applicationName: "rowhouse restore" }, store: join(store, "store") };
  const { take } = await planTake(context, { source, isProved: false, onProgress });
  const { backup, evidence } = await take(signal, ({ title }) => onProgress(title));
  return { ...backup, evidence };
}
