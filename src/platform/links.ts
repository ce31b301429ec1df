// Symbolic links beside the file they point to, as libraries have them.
import { symlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { exists } from "./files.ts";

/** Makes a relative link at `at` to `from` in the same directory; one that is there is left. */
export async function link(options: { readonly from: string; readonly at: string }): Promise<void> {
  if (dirname(options.from) !== dirname(options.at)) throw new Error(`not in one directory: ${options.from}, ${options.at}`);
  if (!(await exists(options.at))) await symlink(basename(options.from), options.at);
}
