// Roles, rights and schema in `up`, and the proof that the rights are what they should be.
import { join } from "node:path";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Step } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { type AccessGoal, accessText, ensurePassword, establishAccess } from "../access/establish.ts";
import { proveApplicationRights } from "../access/prove.ts";
import { accessNames, appDefaults, databaseAddress, type Draft, houseOf, logins, rolePasswords, targetOf } from "./draft.ts";
import { bundledMigrations, migrate } from "./migrate.ts";

export async function schemaStep(draft: Draft): Promise<Step> {
  const { context, engine } = draft;
  const names = accessNames({ app: draft.house?.config.app ?? appDefaults(draft.options) });
  return {
    title: "make roles, rights and schema",
    why: "the application gets its rows and nothing else; tables belong to a role that it is not",
    sql: accessText(engine, names),
    act: async () => {
      const goal = await accessGoal(draft);
      const { owner, application, monitor } = await logins(draft);
      if (targetOf(draft)) await refuseForeignNames(draft, goal, [owner, application, monitor]);
      const roles = await establishAccess(context, goal);
      for (const login of [owner, application, monitor]) await ensurePassword(goal, login);
      const schema = await migrate(context, { engine, owner, migrations: await bundledMigrations(engine) });
      await establishAccess(context, goal); // rights on what the migrations made
      return [roles, schema];
    },
  };
}

/** What is on a server that is not ours under the house's names, and was not made by this house, is somebody's: it is left alone. */
async function refuseForeignNames(draft: Draft, goal: AccessGoal, logins: readonly ConnectionOptions[]): Promise<void> {
  const wanted = draft.engine.access.creation(goal.names, goal.passwords).map(({ name }) => name);
  await using session = await draft.engine.driver.connect(goal.administrator);
  const existing = await draft.engine.access.existing(session);
  const there = wanted.filter((name) => existing.has(name));
  if (there.length > 0 && draft.isNew) {
    throw new Problem("RH-HOUSE-004", `on ${goal.administrator.host} there is ${there.join(", ")} already, which this house did not make`, {
      hint: `Remove them if they are nobody's, or use another server. Then remove ${draft.options.directory} and run this again.`,
    });
  }
  if (there.length === wanted.length) for (const login of logins) await refuseForeignRole(draft, login);
}

/** On a server that is not ours a role of that name with another password belongs to somebody: it is left alone. */
async function refuseForeignRole(draft: Draft, login: ConnectionOptions): Promise<void> {
  try {
    await using _session = await draft.engine.driver.connect(login);
  } catch (thrown) {
    if (!isProblem(thrown, "RH-AUTH-001", "RH-AUTH-002")) throw thrown;
    throw new Problem("RH-AUTH-001", `the role ${login.user} cannot log in on ${login.host} with this house's password: ${thrown.message}`, {
      cause: thrown,
      hint: `If another house made it, put its password into ${join(draft.places.secrets, secretOf(login.user))}; if the server's rules refuse it, admit it.`,
    });
  }
}

function secretOf(role: string): string {
  return role.startsWith("rowhouse_") ? role.slice("rowhouse_".length) : "application";
}

export function proofStep(draft: Draft): Step {
  const { context, engine } = draft;
  return {
    title: "prove the application's rights",
    why: "a right that was not tried is a hope",
    act: async () => {
      const { names, administrator } = await accessGoal(draft);
      const { owner, application } = await logins(draft);
      const verdict = await proveApplicationRights(context, { engine, names, administrator, owner, application, isOwnServer: !targetOf(draft) });
      if (verdict.state === "sound") return verdict.evidence;
      const seen = verdict.state === "faulty" ? verdict.findings.map((finding) => finding.seen).join("; ") : verdict.because;
      throw new Problem("RH-PROOF-001", `the application's rights are not what they should be: ${seen}`, {
        hint: "Take the right back, then `rowhouse up`.",
      });
    },
  };
}

async function accessGoal(draft: Draft): Promise<AccessGoal> {
  const { administrator } = await databaseAddress(draft);
  const names = accessNames(houseOf(draft).config);
  const clientHost = targetOf(draft) ? await clientHostOf(draft, administrator) : undefined;
  return {
    engine: draft.engine,
    administrator,
    names: { ...names, ...(clientHost === undefined ? {} : { clientHost }) },
    passwords: await rolePasswords(draft.places),
  };
}

async function clientHostOf(draft: Draft, administrator: ConnectionOptions): Promise<string | undefined> {
  await using session = await draft.engine.driver.connect(administrator);
  return await draft.engine.access.clientHost(session);
}
