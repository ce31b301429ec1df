// What is looked at before a restore touches a server: whether it is one for this backup, whether there is room, and what stands
// where the database shall be. Reads only.
import type { Session } from "../../drivers/driver.ts";
import type { DatabaseLook } from "../../engines/target.ts";
import { Problem } from "../../foundation/problem.ts";
import { exists } from "../../platform/files.ts";
import { type Manifest, surveyOf } from "./manifest.ts";
import { asideName, partName, refuseName } from "./restore-names.ts";
import type { RestoreTarget } from "./restore-target.ts";
import { refuseLackOfSpace } from "./store.ts";

export interface Wish {
  /** The name that the restored database shall have. */
  readonly name: string;
  /** True: what has that name now is put aside. */
  readonly isOver: boolean;
  /** Sessions of anybody may be ended when it is put in its place. */
  readonly endsSessions: boolean;
}

export interface Ground {
  readonly name: string;
  /** Where it is restored before it has its name. */
  readonly part: string;
  /** What stands there now. */
  readonly old: DatabaseLook | undefined;
  /** Where that goes; an empty one is dropped afterwards. */
  readonly aside: string | undefined;
  /** Left by a restore that was killed. */
  readonly hasLeftovers: boolean;
  readonly missingRoles: readonly string[];
}

export interface Checked {
  /** What the database was, as far as it is known. */
  readonly manifest: Pick<Manifest, "id" | "engine" | "server" | "database">;
  readonly target: RestoreTarget;
  readonly wish: Wish;
}

/** Throws RH-BACKUP-012 when the server is none for it, RH-BACKUP-013 when something is in the way, RH-FILE-002. */
export async function checkGround(session: Session, checked: Checked): Promise<Ground> {
  const { manifest, target, wish } = checked;
  const floor = target.engine.backup.target;
  refuseName(wish.name, wish.isOver ? "over" : "into", floor.nameLimitBytes);
  if (target.engine.access.reserved.includes(wish.name))
    throw new Problem("RH-BACKUP-013", `${wish.name} is the server's own`, { hint: "Give another name with --into." });
  await refuseServer(session, checked);
  const old = await floor.look(session, wish.name, target.login);
  const part = partName(wish.name);
  const unfinished = await floor.unfinishedMoves(session);
  const isHalf = unfinished.some(({ to }) => to === wish.name);
  const hasLeftovers = isHalf || (await floor.look(session, part, target.login)) !== undefined;
  const aside = asideName(wish.name, manifest.id.slice(-4));
  const kept = await floor.look(session, aside, target.login);
  const survey = surveyOf(manifest);
  const ground = { name: wish.name, part, hasLeftovers, missingRoles: await floor.missingRoles(session, survey) };
  if (isHalf) return { ...ground, old: undefined, aside: undefined };
  if (!old) {
    if (wish.isOver && !kept)
      throw new Problem("RH-CONN-005", `there is no database ${wish.name} on ${target.where}`, { hint: "--into makes a new one." });
    return { ...ground, old, aside: undefined };
  }
  refuseOld(old, checked);
  if (kept)
    throw new Problem("RH-BACKUP-013", `${aside} is kept already, from a restore of the same backup`, { hint: "Drop it, or give another backup." });
  return { ...ground, old, aside };
}

async function refuseServer(session: Session, { manifest, target }: Checked): Promise<void> {
  const { engine } = target;
  const cannot = (why: string, hint: string) => new Problem("RH-BACKUP-012", `${why}`, { hint });
  if (engine.name !== manifest.engine)
    throw cannot(`the backup is of another engine than ${engine.title} on ${target.where}`, "Give a server of the backup's engine with --target.");
  const { version, dataDirectory, refusals } = await engine.backup.target.about(session, surveyOf(manifest));
  if (isOlder(version, manifest.server.version))
    throw cannot(
      `the server is ${engine.title} ${version}, the backup is of ${manifest.server.version}`,
      "Give a server of that version or a newer one.",
    );
  if (refusals.length > 0) throw cannot(`${target.where}: ${refusals.join("; ")}`, "Mend that, or give another server or login.");
  const bytes = Math.round(manifest.database.bytes * 1.2) + 50_000_000;
  if (await exists(dataDirectory)) await refuseLackOfSpace(dataDirectory, { bytes, what: `${manifest.database.name} restored` });
}

/** By their first two numbers, where the first alone is not the major version. */
function isOlder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number)) as [number[], number[]];
  if (a[0] !== b[0]) return (a[0] ?? 0) < (b[0] ?? 0);
  return (b.length > 2 || a.length > 2) && (a[1] ?? 0) < (b[1] ?? 0);
}

function refuseOld(old: DatabaseLook, { target, wish }: Checked): void {
  if (!wish.isOver && old.objects > 0) {
    throw new Problem("RH-BACKUP-013", `${old.name} is there already and holds ${old.objects} objects`, {
      hint: `Give another name with --into, or --over ${old.name} --confirm ${old.name}, which keeps the old one aside.`,
    });
  }
  refuseConnections(old, { target, wish });
}

/** Throws RH-USE-003 unless the name of what is put aside was typed. */
export function refuseUnconfirmed(name: string, confirm: string | undefined): void {
  if (confirm === name) return;
  throw new Problem("RH-USE-003", `nothing was changed: the name ${name} was not given`, {
    hint: `See what would be done with --dry-run, then add --confirm ${name}.`,
  });
}

/** Whoever is in the database would find another one under its feet. Throws RH-BACKUP-013 naming them. */
export function refuseConnections(
  { name, connections }: DatabaseLook,
  { target, wish }: { readonly target: RestoreTarget; readonly wish: Pick<Wish, "endsSessions"> },
): void {
  const others = wish.endsSessions ? [] : connections.filter(({ user }) => !target.ownUsers.includes(user));
  if (others.length === 0) return;
  const shown = others.slice(0, 3).map(({ who }) => who);
  throw new Problem("RH-BACKUP-013", `${name} is in use by ${shown.join(", ")}${others.length > 3 ? ` and ${others.length - 3} more` : ""}`, {
    hint: "End them and run this again, or let it end them at the last moment with --end-sessions.",
  });
}
