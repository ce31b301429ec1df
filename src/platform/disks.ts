// On which disk something is: what is on one disk is lost together.
import { dirname } from "node:path";
import { statIfThere } from "./files.ts";

/** Tells the file system that holds `path`, or would hold it: that of the nearest directory that is there. */
export async function diskOf(path: string): Promise<string> {
  const stat = await statIfThere(path);
  if (stat) return String(stat.dev);
  return path === dirname(path) ? "" : diskOf(dirname(path));
}
