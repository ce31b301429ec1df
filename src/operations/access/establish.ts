// The roles, the database and the rights of a house, brought about by the administrator. Running it again changes nothing.
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { AccessNames, Change, Creation, Engine, RolePasswords } from "../../engines/engine.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { isProblem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
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
  const missing = await missingCreations(goal);
  await makeChange(goal, { database: undefined, title: "creation", statements: missing.map(({ statement }) => statement) });
  await makeChange(goal, goal.engine.access.rights(goal.names));
  return {
    subject: "roles",
    seen: missing.length === 0 ? "roles and database were there" : `made ${missing.map(({ name }) => name).join(", ")}`,
    tookMs: context.clock.monotonicMs() - began,
  };
}

async function missingCreations(goal: AccessGoal): Promise<readonly Creation[]> {
  await using session = await goal.engine.driver.connect(goal.administrator);
  const existing = await goal.engine.access.existing(session);
  return goal.engine.access.creation(goal.names, goal.passwords).filter(({ name }) => !existing.has(name));
}

export async function makeChange(goal: Pick<AccessGoal, "engine" | "administrator">, change: Change): Promise<void> {
  await using session = await goal.engine.driver.connect({
    ...goal.administrator,
    ...(change.database === undefined ? {} : { database: change.database }),
  });
  for (const statement of change.statements) await session.run(statement);
}

/** A role whose password is no longer the house's gets it again. Returns true when it had to be done. Never on a target: there the
 * role may be somebody else's. */
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

/** What is sent to a server that has none of it, for a plan; passwords are `***`. */
export function accessText(engine: Engine, names: AccessNames): readonly string[] {
  const unknown = new Secret("");
  const creation = engine.access.creation(names, { application: unknown, owner: unknown, backup: unknown, monitor: unknown });
  return [...creation.map(({ statement }) => statement), ...engine.access.rights(names).statements].map(sqlText);
}
