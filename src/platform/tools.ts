// Programs of the machine: found on PATH and in the distributions' versioned directories, never guessed.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Context } from "./context.ts";
import { runAnyway } from "./processes.ts";

const systemDirectories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Absolute path of a program on PATH or in the system's directories, undefined when there is none. */
export async function findProgram(context: Pick<Context, "environment">, name: string): Promise<string | undefined> {
  const path = (context.environment["PATH"] ?? "").split(delimiter).filter((directory) => directory.startsWith("/"));
  for (const directory of new Set([...path, ...systemDirectories])) {
    if (await isProgram(join(directory, name))) return join(directory, name);
  }
  return undefined;
}

/** Of programs that were looked for before. */
export function programIn(tools: readonly { readonly name: string; readonly path: string }[], name: string): string {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`${name} was not looked for`);
  return tool.path;
}

export async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The first version number that `program --version` prints (`15.20`, `10.11.19`, `1.22.1`), undefined when it prints none. */
export async function versionOf(program: string, flag = "--version"): Promise<string | undefined> {
  const { stdout, stderr } = await runAnyway({ argv: [program, flag], timeoutMs: 10_000 });
  return /(\d+\.\d+(?:\.\d+)?)/.exec(stdout + stderr)?.[1];
}
