// Where the files of a backup are in a store on another machine, and the small ones that are written anew with each proof.
import { dirname, join } from "node:path";
import type { Context } from "../../platform/context.ts";
import { exists } from "../../platform/files.ts";
import { sftp, argument } from "../../platform/sftp.ts";
import type { ListedBackup } from "./list.ts";
import type { StoredFile } from "./manifest.ts";
import type { RemoteStore } from "./remote.ts";
import { partialEnd, serverOf } from "./store.ts";

export function remotePlace({ path }: Pick<RemoteStore, "path">, backup: Pick<ListedBackup, "id" | "directory">): string {
  return `${path}/${serverOf(backup)}/${backup.id}`;
}

interface Holding {
  readonly files: readonly Pick<StoredFile, "path">[];
  readonly emptyDirectories?: readonly string[] | undefined;
}

/** Below the backup, parents first; its own is the empty name. */
export function directoriesOf({ files, emptyDirectories = [] }: Holding): readonly string[] {
  const named = [...files.map(({ path }) => dirname(path)).filter((path) => path !== "."), ...emptyDirectories];
  const parents = named.flatMap((path) => path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/")));
  return ["", ...[...new Set(parents)].toSorted()];
}

/** Replaces them there whole: a reader sees the old one or the new one. */
export async function sendLater(
  context: Pick<Context, "environment">,
  to: RemoteStore,
  { backup, names, signal }: { readonly backup: ListedBackup; readonly names: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  const commands: string[] = [];
  for (const name of names) {
    if (!(await exists(join(backup.directory, name)))) continue;
    const place = argument(`${remotePlace(to, backup)}/${name}`);
    const partial = `${dirname(remotePlace(to, backup))}/${backup.id}-${name}${partialEnd}`;
    commands.push(`put -f ${argument(name)} ${argument(partial)}`, `rename ${argument(partial)} ${place}`);
  }
  await sftp(context, to, { commands, directory: backup.directory, signal });
}
