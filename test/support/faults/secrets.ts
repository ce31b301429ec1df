// INV-8: none of the house's passwords is in any of its logs.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Places } from "../../../src/operations/stack/places.ts";

/** The log files that hold a password, with its name; fails when there is no password or no log to look for. */
export async function secretsInLogs(places: Pick<Places, "secrets" | "logs" | "web">): Promise<readonly string[]> {
  const secrets = await textsIn(places.secrets);
  const logs = [...(await textsIn(places.logs)), { path: "access.log", text: await readFile(join(places.web, "run/access.log"), "utf8") }];
  if (secrets.length < 4 || logs.length < 4) throw new Error(`only ${secrets.length} secrets and ${logs.length} logs to compare`);
  return logs.flatMap((log) =>
    secrets.flatMap((secret) => (log.text.includes(secret.text.trim()) ? [`${log.path} holds the password ${secret.path}`] : [])),
  );
}

async function textsIn(directory: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const names = await readdir(directory);
  return Promise.all(names.map(async (path) => ({ path, text: await readFile(join(directory, path), "utf8") })));
}
