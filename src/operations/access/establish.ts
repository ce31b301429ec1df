// The roles, the database and the rights of a house, brought about by the administrator. Running it again changes nothing.
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { AccessNames, Change, Engine, RolePasswords } from "../../engines/engine.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { isProblem } from "../../foundation/problem.ts";
import { sqlText } from "../../foundation/sql.ts";
import type { Context } from "../../platform/context.ts";

export interface AccessGoal {
  readonly engine: Engine;
  /** The administrator's login, without a database. */
  readonly administrator: ConnectionOptions;
  readonly names: AccessNames;
  readonly passwords: RolePasswords;
}

export const roleNames = { owner: "rowhouse_owner", backup: "rowhouse_backup", monitor: "rowhouse_monitor" } as const;

export async function establishAccess(context: Context, goal: AccessGoal): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const changes = await missingChanges(goal);
  for (const change of [...changes, goal.engine.access.rights(goal.names)]) await makeChange(goal, change);
  const made = changes.flatMap(({ statements }) => statements).length;
  return {
    subject: "roles",
    seen: made === 0 ? "roles and database were there" : `${made} roles and databases made`,
    tookMs: context.clock.monotonicMs() - began,
  };
}

async function missingChanges(goal: AccessGoal): Promise<readonly Change[]> {
  await using session = await goal.engine.driver.connect(goal.administrator);
  return await goal.engine.access.missing(session, goal.names, goal.passwords);
}

export async function makeChange(goal: Pick<AccessGoal, "engine" | "administrator">, change: Change): Promise<void> {
  await using session = await goal.engine.driver.connect({
    ...goal.administrator,
    ...(change.database === undefined ? {} : { database: change.database }),
  });
  for (const statement of change.statements) await session.run(statement);
}

/** A role whose password is no longer the house's gets it again. Returns true when it had to be done. */
export async function ensurePassword(goal: AccessGoal, login: ConnectionOptions): Promise<boolean> {
  if (!login.password) return false;
  try {
    await using _session = await goal.engine.driver.connect(login);
    return false;
  } catch (thrown) {
    if (!isProblem(thrown, "RH-AUTH-001")) throw thrown;
    await makeChange(goal, {
      database: undefined,
      title: "password",
      statements: goal.engine.access.resetPassword(login.user, login.password, goal.names),
    });
    return true;
  }
}

/** What would be sent to an empty server, for a plan. */
export function rightsText(engine: Engine, names: AccessNames): readonly string[] {
  return engine.access.rights(names).statements.map(sqlText);
}
