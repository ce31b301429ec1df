// SEC-12: dumps that try to do more than to make a database, each restored on a server with `backup restore --file`. Nothing that they
// try is done, here or there; what every account of that server may do is what it was, and the new one may do nothing outside of its own.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProblem } from "../../../../src/foundation/problem.ts";
import { type Sql, sql } from "../../../../src/foundation/sql.ts";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { planForeign } from "../../../../src/operations/backup/foreign.ts";
import { canary, type Hostile, hostileScripts } from "../../backup/hostile.ts";
import type { Subject } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

const [database, owner] = ["hostile", "hostile_owner"];

export const sec12: BackupFault = async (subject, { runs, signal, tell }) => {
  for (const one of hostileScripts(subject.name).slice(0, runs)) if (!signal.aborted) tell(await tryScript(subject, one, signal));
};

export async function tryScript(subject: Subject, one: Hostile & { readonly script: string }, signal: AbortSignal): Promise<Tried> {
  rmSync(canary, { force: true });
  await using session = await subject.look();
  const before = await subject.engine.foreign.roles(session);
  const { state, says } = await restored(subject, one.script, signal);
  const after = await subject.engine.foreign.roles(session);
  const gained = after.filter((line) => !before.includes(line) && !isOwn(line));
  const complaints = [
    ...(state === (one.isRefused ? "refused" : "restored") ? [] : [`${state}: ${says}`]),
    ...(one.isRefused && after.length !== before.length ? ["something was left on the server"] : []),
    ...(gained.length === 0 ? [] : [`the server's accounts changed: ${gained.join("; ")}`]),
    ...(existsSync(canary) ? [`${canary} is there`] : []),
  ];
  for (const statement of cleaning[subject.name]) await session.run(statement);
  return tried(one.what, { state, says, complaints });
}

/** The new account, and what it has on the new database alone. */
function isOwn(line: string): boolean {
  return line.includes(owner) || / hostile\b/.test(line);
}

const cleaning: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`drop database if exists ${sql.id(database)}`, sql`drop role if exists ${sql.id(owner)}`],
  mariadb: [sql`drop database if exists ${sql.id(database)}`, sql`drop user if exists ${sql.id(owner)}@localhost`],
};

async function restored(subject: Subject, script: string, signal: AbortSignal): Promise<{ readonly state: string; readonly says: string }> {
  const path = join(subject.directory, "hostile.sql");
  writeFileSync(path, script);
  const { database: _books, ...login } = subject.login;
  const target = { engine: subject.engine, login, where: "here", files: undefined, house: undefined, ownUsers: [] };
  try {
    const { restore } = await planForeign(subject.context, { path, target, name: database, onProgress: () => undefined });
    const { restored: result } = await restore({ signal, onStep: () => undefined });
    return { state: "restored", says: `${result.tables} tables, ${result.told.map(({ what }) => what).join("; ")}` };
  } catch (thrown) {
    if (isProblem(thrown, "RH-BACKUP-020", "RH-BACKUP-003")) return { state: "refused", says: `${thrown.code} ${thrown.message}` };
    return { state: "failed", says: String(thrown) };
  }
}
