// Where everything of a house is, and who owns it. As root each tier has a user of its own and a group may pass through one
// directory to the next tier's socket; as an ordinary user one uid is all there is.
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, exists, statIfThere } from "../../platform/files.ts";
import { currentUser, findUser, isRoot, type SystemUser } from "../../platform/users.ts";

export interface Places {
  readonly house: string;
  /** `.rowhouse`: what is. */
  readonly state: string;
  readonly data: string;
  readonly logs: string;
  readonly secrets: string;
  readonly settings: string;
  readonly locks: string;
  /** What the application's user reads: its bundle and its password. */
  readonly app: string;
  /** The board's files, and nginx's own prefix. */
  readonly web: string;
  /** Sockets: `db`, `app`, and the control socket of `serve`. */
  readonly run: string;
}

export const tierUsers = { db: "rowhouse-db", app: "rowhouse-app", web: "rowhouse-web" } as const;
export type TierUser = keyof typeof tierUsers;

/** The system user of each tier; undefined when one uid serves all. */
export type Owners = Readonly<Record<TierUser, SystemUser>> | undefined;

const socketLimitBytes = 107;
const longestSocket = "/app/app-32.sock";

export function placesOf(context: Context, house: string): Places {
  const state = join(house, ".rowhouse");
  const run = join(runRoot(context), `${basename(house)}-${createHash("sha256").update(house).digest("hex").slice(0, 8)}`);
  return {
    house,
    state,
    run,
    data: join(state, "data"),
    logs: join(state, "logs"),
    secrets: join(state, "secrets"),
    settings: join(state, "settings"),
    locks: join(state, "locks"),
    app: join(state, "app"),
    web: join(state, "web"),
  };
}

/** A socket's path may have 107 bytes (TRAP-21), so sockets live in a short directory of their own. */
function runRoot(context: Context): string {
  if (isRoot()) return "/run/rowhouse";
  const own = context.environment["XDG_RUNTIME_DIR"];
  const named = own ? join(own, "rowhouse") : "";
  return named !== "" && Buffer.byteLength(named) < 50 ? named : `/tmp/rowhouse-${currentUser().uid}`;
}

/** The tiers' system users, undefined for an ordinary user. Throws when they have not been made yet. */
export async function findOwners(): Promise<Owners> {
  if (!isRoot()) return undefined;
  const [db, app, web] = await Promise.all([findUser(tierUsers.db), findUser(tierUsers.app), findUser(tierUsers.web)]);
  if (!db || !app || !web) throw new Error("the system users of the tiers are missing");
  return { db, app, web };
}

export async function missingUsers(): Promise<readonly string[]> {
  if (!isRoot()) return [];
  const found = await Promise.all(Object.values(tierUsers).map(async (name) => ((await findUser(name)) ? [] : [name])));
  return found.flat();
}

/** As root the tiers run as users of their own, who must get to the house (TRAP-22). Throws RH-HOUSE-004 naming the closed door. */
export async function refuseUnreachable(house: string): Promise<void> {
  if (!isRoot()) return;
  for (let directory = dirname(house); directory !== dirname(directory); directory = dirname(directory)) {
    const found = await statIfThere(directory);
    if (!found || (Number(found.mode) & 0o001) !== 0) continue;
    throw new Problem("RH-HOUSE-004", `${directory} lets only its owner in, and the tiers run as ${Object.values(tierUsers).join(", ")}`, {
      hint: `chmod o+x ${directory}, or give another place with --house.`,
    });
  }
}

/** Makes every directory with its owner and mode. May be repeated. */
export async function makePlaces(places: Places, owners: Owners): Promise<void> {
  if (Buffer.byteLength(places.run + longestSocket) > socketLimitBytes) {
    throw new Problem("RH-HOUSE-004", `sockets under ${places.run} would be over ${socketLimitBytes} bytes`, {
      hint: "Give the house a shorter name.",
    });
  }
  const passage = owners ? 0o711 : 0o700;
  const of = (tier: TierUser) => (owners ? { owner: owners[tier] } : {});
  await ensureDirectory(places.house, { mode: owners ? 0o755 : 0o700 });
  await ensureDirectory(places.state, { mode: passage });
  for (const path of [places.logs, places.secrets, places.locks]) await ensureDirectory(path);
  // What a tier reads is ours: a tier that is broken into must not lead us to write through what it planted.
  for (const path of [places.settings, places.app, places.web]) await ensureDirectory(path, { mode: owners ? 0o755 : 0o700 });
  await ensureDirectory(webRun(places), of("web"));
  await makeRunPlaces(places, owners, passage);
}

/** A socket is reached through its directory: the set-group-id bit gives it the group of the next tier. */
async function makeRunPlaces(places: Places, owners: Owners, passage: number): Promise<void> {
  const root = join(places.run, "..");
  await refuseForeignRun(places);
  await ensureDirectory(root, { mode: owners ? 0o755 : 0o700 });
  await ensureDirectory(places.run, { mode: passage });
  const shared = (owner: TierUser, group: TierUser) =>
    owners ? { mode: 0o2750, owner: { uid: owners[owner].uid, gid: owners[group].gid } } : { mode: 0o700 };
  await ensureDirectory(join(places.run, "db"), shared("db", "app"));
  await ensureDirectory(join(places.run, "app"), shared("app", "web"));
}

/** Where nginx itself writes: pid, access log, bodies on their way. */
export function webRun(places: Places): string {
  return join(places.web, "run");
}

/** The sockets' directory may be in /tmp, where another user could have made it first. Throws RH-HOUSE-004. */
export async function refuseForeignRun(places: Places): Promise<void> {
  const root = join(places.run, "..");
  if (await exists(root)) await refuseForeign(root);
}

async function refuseForeign(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory() && found.uid === currentUser().uid) return;
  throw new Problem("RH-HOUSE-004", `${path} belongs to uid ${found.uid}`, { hint: `Remove it, or set XDG_RUNTIME_DIR to a directory of yours.` });
}
