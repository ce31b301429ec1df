// PostgreSQL's client programs for a backup: pg_dump refuses a server newer than itself, and a dump by a newer one may not go
// into an older server, so the server's own major version comes first. Source: postgresql.org/docs/current/app-pgdump.html (notes)
import { dirname, join } from "node:path";
import { Problem } from "../../../foundation/problem.ts";
import type { Context } from "../../../platform/context.ts";
import { namesIn } from "../../../platform/files.ts";
import { findProgram, isProgram, versionOf } from "../../../platform/tools.ts";
import type { Tool } from "../../backup.ts";
import { majorOf } from "../server/binaries.ts";

const needed = ["pg_dump", "pg_restore"] as const;

export async function tools(context: Context, version: string): Promise<readonly Tool[]> {
  const major = Number(majorOf(version));
  const sets = (await Promise.all((await directories(context)).map(toolsIn))).filter((set) => set.length === needed.length);
  const majors = sets.map((set) => Number(majorOf(set[0]?.version ?? "")));
  const fitting = sets.filter((_, index) => (majors[index] ?? 0) >= major).sort((a, b) => majorIn(a) - majorIn(b));
  if (fitting[0]) return fitting[0];
  const found = majors.length === 0 ? "there is no pg_dump" : `the newest pg_dump is of version ${Math.max(...majors)}`;
  throw new Problem("RH-TOOL-001", `the server is PostgreSQL ${version}, and ${found} on this machine`, {
    hint: `Install pg_dump and pg_restore of version ${major} or newer: apt-get install postgresql-client-${major}`,
  });
}

function majorIn(set: readonly Tool[]): number {
  return Number(majorOf(set[0]?.version ?? ""));
}

/** Debian's and Red Hat's versioned directories, then PATH, where Debian's wrapper would choose by itself. */
async function directories(context: Context): Promise<readonly string[]> {
  const debian = (await namesIn("/usr/lib/postgresql")).map((name) => join("/usr/lib/postgresql", name, "bin"));
  const redHat = (await namesIn("/usr")).filter((name) => /^pgsql-\d+$/.test(name)).map((name) => join("/usr", name, "bin"));
  const onPath = await findProgram(context, "pg_dump");
  return [...debian, ...redHat, "/usr/local/pgsql/bin", ...(onPath ? [dirname(onPath)] : [])];
}

async function toolsIn(directory: string): Promise<readonly Tool[]> {
  const found: Tool[] = [];
  for (const name of needed) {
    const path = join(directory, name);
    const version = (await isProgram(path)) ? await versionOf(path) : undefined;
    if (version) found.push({ name, path, version });
  }
  return found;
}
