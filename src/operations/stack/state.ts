// What runs: each member's process, recorded when it was started, so that whoever comes next finds it again.
import { join } from "node:path";
import { readIfThere, writeFileAtomic } from "../../platform/files.ts";
import { isAlive, type ProcessIdentity } from "../../platform/identity.ts";
import type { HouseConfig } from "./house.ts";
import type { Places } from "./places.ts";

/** How often the supervisor brought a member back since `up`. */
export interface Restarts {
  readonly count: number;
  /** RFC 3339, UTC. */
  readonly lastAt: string;
  /** Why it had ended, where that is known. */
  readonly why?: string;
}

export interface MemberState {
  readonly identity: ProcessIdentity;
  /** Changes when what would be started differs from what runs. */
  readonly fingerprint: string;
  /** Said by `status` beside the tier: `trial`. */
  readonly note?: string;
  readonly restarts?: Restarts;
}

export interface HouseState {
  /** What the house's file said when this was brought up. */
  readonly config?: HouseConfig;
  readonly members: Readonly<Record<string, MemberState>>;
}

const empty: HouseState = { members: {} };

export async function readState(places: Places): Promise<HouseState> {
  const text = await readIfThere(stateFile(places));
  if (text === undefined) return empty;
  try {
    return JSON.parse(text) as HouseState;
  } catch {
    return empty; // replaced whole by every writer, so this was not one of ours
  }
}

/** Replaces the record. Callers hold the house's lock. */
export async function writeState(places: Places, state: HouseState): Promise<void> {
  await writeFileAtomic(stateFile(places), `${JSON.stringify(state, null, 2)}\n`);
}

/** The recorded members that are still alive. */
export async function livingMembers(places: Places): Promise<Readonly<Record<string, MemberState>>> {
  const entries = Object.entries((await readState(places)).members);
  const alive = await Promise.all(entries.map(async ([, member]) => isAlive(member.identity)));
  return Object.fromEntries(entries.filter((_, index) => alive[index]));
}

/** What `up` does to a member: one that runs is kept. */
export function startTitle(what: string, living: MemberState | undefined): string {
  return living ? `keep ${what}, found running (pid ${living.identity.pid})` : `start ${what}`;
}

function stateFile(places: Places): string {
  return join(places.state, "state.json");
}
