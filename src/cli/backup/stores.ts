// The store that a command is about: --store, else that of targets where --target is given, else the house's. Who has no house
// has only backed targets up.
import { resolve } from "node:path";
import { isProblem } from "../../foundation/problem.ts";
import { type ListedBackup, listBackups } from "../../operations/backup/list.ts";
import { houseStore, targetsStore } from "../../operations/backup/source.ts";
import { parseDatabaseTarget } from "../../operations/stack/target.ts";
import type { Invocation } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { textOption } from "../parse.ts";

export async function storeOf(invocation: Invocation): Promise<string> {
  const { context, options, directory } = invocation;
  const store = textOption(options, "store");
  if (store !== undefined) return resolve(directory, store);
  if (textOption(options, "target") !== undefined) return targetsStore(context);
  try {
    return houseStore(context, (await foundHouse(invocation)).house);
  } catch (thrown) {
    if (isProblem(thrown, "RH-HOUSE-001") && options["house"] === undefined) return targetsStore(context);
    throw thrown;
  }
}

export interface StoredBackups {
  readonly store: string;
  /** Those of --database and of the target's URL, where they name one. */
  readonly backups: readonly ListedBackup[];
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
  return { store, backups: (await listBackups(context, store)).filter(isMeant) };
}

/** The options that say where the backups are, as they were given: for commands in hints. */
export function whereOptions({ options }: Invocation): string {
  const given = (name: string) => (textOption(options, name) === undefined ? "" : ` --${name} ${textOption(options, name)}`);
  return given("store") || given("target");
}
