// MariaDB's server programs. There is no server on npm; Debian's core package brings the programs and starts nothing.
import { dirname } from "node:path";
import type { Context } from "../../../platform/context.ts";
import { findProgram, versionOf } from "../../../platform/tools.ts";
import type { Installation } from "../../engine.ts";

export const packages: readonly string[] = ["mariadb-server-core", "mariadb-client"];

export async function installations(context: Context, _options: { readonly embeddedRoot: string }): Promise<readonly Installation[]> {
  const server = await findProgram(context, "mariadbd");
  const initialiser = await findProgram(context, "mariadb-install-db");
  if (!server || !initialiser) return [];
  const version = await versionOf(server);
  return version ? [{ version, major: majorOf(version), directory: dirname(server), isTrial: false }] : [];
}

export function majorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

export function trialPackage(_major?: string): string | undefined {
  return undefined;
}
