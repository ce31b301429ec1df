// The store that a command is about: --store, else that of targets where --target is given, else the house's. Who has no house
// has only backed targets up.
import { resolve } from "node:path";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { type ListedBackup, listBackups } from "../../operations/backup/list.ts";
import { type Mirror, openMirror } from "../../operations/backup/mirror.ts";
import { isAddress, remoteStore } from "../../operations/backup/remote.ts";
import { houseStore, targetsStore } from "../../operations/backup/source.ts";
import { parseDatabaseTarget } from "../../operations/stack/target.ts";
import type { Invocation } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { textOption } from "../parse.ts";

export async function storeOf(invocation: Invocation): Promise<string> {
  const { context, options, directory } = invocation;
  const store = textOption(options, "store");
  if (store !== undefined) return isAddress(store) ? (await remoteStore(context, store)).address : resolve(directory, store);
  if (textOption(options, "target") !== undefined) return targetsStore(context);
  try {
    return houseStore(context, (await foundHouse(invocation)).house);
  } catch (thrown) {
    if (isProblem(thrown, "RH-HOUSE-001") && options["house"] === undefined) return targetsStore(context);
    throw thrown;
  }
}

/** Throws RH-USE-001 where a directory is wanted. */
export function refuseAddress(store: string | undefined): void {
  if (store === undefined || !isAddress(store)) return;
  throw new Problem("RH-USE-001", "--store is an address, and this works on a directory", {
    field: "store",
    hint: "`rowhouse backup copy --store sftp://… --to DIR` brings the backups here.",
  });
}

export interface StoredBackups extends AsyncDisposable {
  readonly store: string;
  /** Those of --database and of the target's URL, where they name one. */
  readonly backups: readonly ListedBackup[];
  /** Of a store on another machine: fetches what is needed. */
  readonly mirror: Mirror | undefined;
}

/** Where --target is the server that a backup goes to, it does not say which one is meant. */
export async function backupsOf(invocation: Invocation, { isDestination = false } = {}): Promise<StoredBackups> {
  const { context, options } = invocation;
  const target = isDestination ? undefined : textOption(options, "target");
  const url = target === undefined ? undefined : parseDatabaseTarget(target);
  const database = textOption(options, "database") ?? url?.database;
  const store = await storeOf(invocation);
  const isMeant = ({ content }: ListedBackup) =>
    content === undefined ||
    ((database === undefined || content.database === database || content.databases?.includes(database)) &&
      (url === undefined || content.engine === url.engine.name));
  if (!isAddress(store)) {
    const backups = (await listBackups(context, store)).filter(isMeant);
    return { store, backups, mirror: undefined, [Symbol.asyncDispose]: async () => undefined };
  }
  const mirror = await openMirror(context, await remoteStore(context, store), invocation.signal);
  return { store, backups: mirror.backups.filter(isMeant), mirror, [Symbol.asyncDispose]: () => mirror[Symbol.asyncDispose]() };
}

/** The options that say where the backups are, as they were given: for commands in hints. */
export function whereOptions({ options }: Invocation): string {
  const given = (name: string) => (textOption(options, name) === undefined ? "" : ` --${name} ${textOption(options, name)}`);
  return given("store") || given("target");
}
