// MariaDB's client programs for a backup. All of them are of one version per machine; an older one may not know what a newer
// server has. Source: mariadb.com/kb/en/mariadb-dump
import { Problem } from "../../../foundation/problem.ts";
import type { Context } from "../../../platform/context.ts";
import { runAnyway } from "../../../platform/processes.ts";
import { findProgram } from "../../../platform/tools.ts";
import type { Tool } from "../../backup.ts";
import { majorOf } from "../server/binaries.ts";

const needed = ["mariadb-dump", "mariadb"] as const;

export async function tools(context: Context, version: string): Promise<readonly Tool[]> {
  const found: Tool[] = [];
  for (const name of needed) {
    const path = await findProgram(context, name);
    const own = path ? await clientVersion(path) : undefined;
    if (!path || !own || isOlder(own, version)) throw missing(name, version, own);
    found.push({ name, path, version: own });
  }
  return found;
}

/** `Ver 10.19 Distrib 10.11.19-MariaDB`, from 11.4 on `from 11.4.2-MariaDB, client 15.2`. */
export async function clientVersion(path: string): Promise<string | undefined> {
  const { stdout, stderr } = await runAnyway({ argv: [path, "--version"], timeoutMs: 10_000 });
  return /(\d+\.\d+\.\d+)-MariaDB/.exec(stdout + stderr)?.[1];
}

export function isOlder(own: string, server: string): boolean {
  const [a, b] = [own, server].map((version) => majorOf(version).split(".").map(Number)) as [number[], number[]];
  return (a[0] ?? 0) < (b[0] ?? 0) || (a[0] === b[0] && (a[1] ?? 0) < (b[1] ?? 0));
}

function missing(name: string, version: string, own: string | undefined): Problem {
  const found = own ? `${name} is of version ${own}` : `there is no ${name}`;
  return new Problem("RH-TOOL-001", `the server is MariaDB ${version}, and ${found} on this machine`, {
    hint: `Install MariaDB's client programs of version ${majorOf(version)} or newer: apt-get install mariadb-client`,
  });
}
