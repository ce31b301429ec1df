// Least privilege, tried: each act of the engine's list is attempted as the application, and must be refused or have no effect;
// what the application needs is done, on a table that the owner made a moment ago. Nothing of anybody's data is touched: the
// table is made for the proof and dropped after it. An act that fails for another reason than rights proves nothing, and is a
// finding.
import { randomBytes } from "node:crypto";
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import type { AccessNames, Attempt, Engine, ProofGround } from "../../engines/engine.ts";
import { type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { isProblem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import type { Context } from "../../platform/context.ts";

export interface ProofTask {
  readonly engine: Engine;
  readonly names: AccessNames;
  readonly administrator: ConnectionOptions;
  readonly owner: ConnectionOptions;
  readonly application: ConnectionOptions;
  /** On a server of our own another database is made for the proof. */
  readonly isOwnServer: boolean;
}

/** Evidence turns faulty when a right is granted that the application should not have, or one is missing that it needs. */
export async function proveApplicationRights(context: Context, task: ProofTask): Promise<Verdict> {
  const began = context.clock.monotonicMs();
  const suffix = randomBytes(4).toString("hex");
  const ground: ProofGround = {
    names: task.names,
    login: task.application,
    administrator: task.administrator.user,
    canary: `rowhouse_canary_${suffix}`,
    ...(task.isOwnServer ? { otherDatabase: `rowhouse_other_${suffix}` } : {}),
  };
  try {
    await prepare(task, ground);
    const use = await tryUse(task, ground);
    const attempts = task.engine.access.attempts(ground);
    const results: (readonly Finding[])[] = [];
    for (const attempt of attempts) results.push(await tryEveryWay(task, attempt));
    const findings = [...use, ...results.flat()];
    const refused = results.filter((result) => result.length === 0).length;
    const seen = `${refused} of ${attempts.length} forbidden acts refused, a table made just now is usable`;
    return verdictOf([{ subject: "rights", seen, tookMs: context.clock.monotonicMs() - began }], findings);
  } finally {
    await clear(task, ground);
  }
}

async function prepare(task: ProofTask, ground: ProofGround): Promise<void> {
  await using owner = await task.engine.driver.connect(task.owner);
  await owner.run(sql`create table ${sql.id(ground.canary)} (id integer primary key, note varchar(40))`);
  if (!ground.otherDatabase) return;
  await using administrator = await task.engine.driver.connect(task.administrator);
  for (const change of task.engine.access.otherDatabase(ground.otherDatabase).make) {
    for (const statement of change.statements) await administrator.run(statement);
  }
}

/** Both are tried, whatever the other one does: a proof leaves nothing behind. */
async function clear(task: ProofTask, ground: ProofGround): Promise<void> {
  const results = await Promise.allSettled([clearTable(task, ground), clearDatabase(task, ground)]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function clearTable(task: ProofTask, ground: ProofGround): Promise<void> {
  await using owner = await task.engine.driver.connect(task.owner);
  await owner.run(sql`drop table if exists ${sql.id(ground.canary)}`);
}

async function clearDatabase(task: ProofTask, ground: ProofGround): Promise<void> {
  if (!ground.otherDatabase) return;
  await using administrator = await task.engine.driver.connect(task.administrator);
  for (const statement of task.engine.access.otherDatabase(ground.otherDatabase).drop) await administrator.run(statement);
}

/** What the application must be able to do, on a table that was made after its rights were given (T2). */
async function tryUse(task: ProofTask, ground: ProofGround): Promise<readonly Finding[]> {
  const canary = sql.id(ground.canary);
  const acts = [
    { title: "insert into", act: sql`insert into ${canary} (id, note) values (${1}, ${"made"})`, rows: 1 },
    { title: "update", act: sql`update ${canary} set note = ${"changed"} where id = ${1}`, rows: 1 },
    { title: "delete from", act: sql`delete from ${canary} where id = ${1}`, rows: 1 },
    { title: "insert again into", act: sql`insert into ${canary} (id, note) values (${2}, ${"stays"})`, rows: 1 },
  ];
  const findings: Finding[] = [];
  await using session = await task.engine.driver.connect(task.application);
  for (const { title, act, rows } of acts) {
    const changed = await session.run(act).catch((thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)));
    if (changed !== rows)
      findings.push({ subject: "rights", seen: `the application cannot ${title} a table made just now: ${changed}`, mend: "Run `rowhouse up`." });
  }
  return findings;
}

/** By socket and over TCP: the server's rules, and on one engine the accounts themselves, differ between the two. */
async function tryEveryWay(task: ProofTask, attempt: Attempt): Promise<readonly Finding[]> {
  const ways = task.isOwnServer && !attempt.login ? [task.application, { ...task.application, host: "127.0.0.1" }] : [task.application];
  const findings: Finding[] = [];
  for (const application of ways) {
    const finding = await tryAttempt({ ...task, application }, attempt);
    if (finding) findings.push(finding);
  }
  return findings;
}

/** Undefined when the act was refused or had no effect. */
async function tryAttempt(task: ProofTask, attempt: Attempt): Promise<Finding | undefined> {
  const outcome = await (attempt.login ? tryLogin(task, attempt) : tryStatement(task, attempt));
  if (outcome === "refused") return undefined;
  return {
    subject: "rights",
    seen: `the application could ${attempt.title}${outcome === "done" ? "" : `, or not: ${outcome}`}`,
    mend: "Take that right back, then `rowhouse up`.",
  };
}

async function tryLogin(task: ProofTask, attempt: Attempt): Promise<string> {
  try {
    await using _session = await task.engine.driver.connect({ ...task.application, ...attempt.login });
    return "done";
  } catch (thrown) {
    return judge(thrown, attempt);
  }
}

async function tryStatement(task: ProofTask, attempt: Attempt): Promise<string> {
  try {
    await using session = await task.engine.driver.connect(task.application);
    await session.run(attempt.act ?? sql``);
  } catch (thrown) {
    return judge(thrown, attempt);
  }
  await using administrator = await task.engine.driver.connect({ ...task.administrator, database: task.names.database });
  if (attempt.tookEffect && (await administrator.all(attempt.tookEffect)).length === 0) return "refused";
  await undo(administrator, attempt);
  return "done";
}

async function undo(administrator: Session, attempt: Attempt): Promise<void> {
  for (const statement of attempt.undo ?? []) await administrator.run(statement);
}

function judge(thrown: unknown, attempt: Attempt): string {
  if (isProblem(thrown, "RH-AUTH-001", "RH-AUTH-002", "RH-AUTH-003", ...(attempt.refusedAlsoBy ?? []))) return "refused";
  return thrown instanceof Error ? thrown.message : String(thrown);
}
