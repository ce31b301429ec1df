// What other users run or read is copied to where they reach it, under a name that says its content: a checkout under a private
// home is out of their reach, and a new version must not change files under a running tier.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exists, namesIn, publish, remove } from "../../platform/files.ts";

/** Copies what another user runs or reads to where that user can reach it, under a name that says its content. */
export async function publishOnce(what: {
  readonly from: string;
  readonly directory: string;
  readonly name: string;
  readonly ending: string;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}): Promise<string> {
  const to = join(what.directory, `${what.name}-${await contentHash(what.from)}${what.ending}`);
  if (!(await exists(to))) await publish({ from: what.from, to, ...(what.owner ? { owner: what.owner } : {}) });
  return to;
}

/** Removes what earlier versions of this program published there; `keep` is the one in use. */
export async function removeOlder(keep: string): Promise<void> {
  const [directory, current] = [dirname(keep), basename(keep)];
  const [kind] = current.split("-");
  const published = new RegExp(`^${kind}-[0-9a-f]{16}(\\.|$)`);
  const older = (await namesIn(directory)).filter((name) => published.test(name) && name !== current);
  for (const name of older) await remove(join(directory, name));
}

async function contentHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  const add = async (file: string): Promise<void> => {
    const names = await namesIn(file).catch(() => undefined);
    if (names === undefined) hash.update(await readFile(file));
    for (const name of names ?? []) {
      hash.update(name);
      await add(join(file, name));
    }
  };
  await add(path);
  return hash.digest("hex").slice(0, 16);
}
