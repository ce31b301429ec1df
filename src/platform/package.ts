// What this package brings besides code: the application's bundle and the board's files, found from wherever it is installed.
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export const packageFiles = {
  root,
  appBundle: `${root}dist/bundle/app.mjs`,
  board: `${root}dist/board`,
  program: `${root}bin/rowhouse`,
} as const;
