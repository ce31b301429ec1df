// The owner that a restore makes for what nobody vouches for: let in while its database is filled, kept out afterwards, gone again
// when the restore fails.
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import { toProblem } from "../../foundation/problem.ts";
import type { Draft } from "./restore-steps.ts";
import { administratorOn } from "./restore-target.ts";

export async function ownerLogin(draft: Draft): Promise<ConnectionOptions | undefined> {
  const { options, ground } = draft;
  const { engine, login } = options.target;
  if (options.owner === undefined) return undefined;
  return engine.backup.target.letOwnerIn(sessionOf(draft), { database: ground.part, owner: options.owner, login });
}

/** As soon as nothing more is run or read as the owner. */
export async function withOwnerOut(draft: Draft): Promise<void> {
  const { owner, target } = draft.options;
  if (owner !== undefined && draft.isOwnerIn) await target.engine.backup.target.keepOwnerOut(sessionOf(draft), owner);
  draft.isOwnerIn = false;
  draft.runsAs = undefined;
}

/** After a failure, what may be left beside the database that was being made. Returns what could not be taken back. */
export async function takeBack({ options, ground, isOwnerIn, madeRoles = [] }: Draft): Promise<string | undefined> {
  if (!isOwnerIn && madeRoles.length === 0) return undefined;
  const { target } = options.target.engine.backup;
  try {
    await using session = await administratorOn(options.target); // the one that failed may be of no use
    if (isOwnerIn && options.owner !== undefined) await target.keepOwnerOut(session, options.owner);
    await target.drop(session, ground.part);
    await target.dropRoles(session, madeRoles);
    return undefined;
  } catch (thrown) {
    return `${[...madeRoles, ground.part].join(" and ")} may be left there: ${toProblem(thrown).message}`;
  }
}

export function sessionOf({ session }: Draft): Session {
  if (!session) throw new Error("a step was performed without its session");
  return session;
}
