// What this package brings besides code: the application's bundle and the board's files, found from wherever it is installed.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export const packageFiles = {
  root,
  appBundle: `${root}dist/bundle/app.mjs`,
  board: `${root}dist/board`,
  program: `${root}bin/rowhouse`,
} as const;

/** Of package.json. */
export async function packageVersion(): Promise<string> {
  return (JSON.parse(await readFile(`${root}package.json`, "utf8")) as { version: string }).version;
}
