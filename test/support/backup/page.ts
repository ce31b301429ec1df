// The commands of a how-to page, as a reader copies them: the blocks that are marked as a shell's, by the heading above them.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The page's shell blocks under each heading, in order. */
export function commandsOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(fileURLToPath(new URL(`../../../docs/how-to/${page}`, import.meta.url)), "utf8");
  const found = new Map<string, string>();
  for (const part of text.split(/^#+ /m).slice(1)) {
    const blocks = [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
    if (blocks.length > 0) found.set(part.split("\n")[0] ?? "", blocks.join("\n"));
  }
  return found;
}

export interface Script {
  /** Headings whose commands are run, one after the other in one shell. */
  readonly headings: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** Runs commands of the page literally; only where things are is said anew. Rejects with what was said when one fails. */
export async function runPage(page: string, { headings, variables, env, directory }: Script): Promise<string> {
  const commands = commandsOf(page);
  const blocks = headings.map((heading) => {
    const block = commands.get(heading);
    if (block === undefined) throw new Error(`${page} has no commands under "${heading}"`);
    return block;
  });
  const named = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  const script = ["set -euo pipefail", ...named, ...blocks].join("\n");
  return new Promise((resolve, reject) => {
    execFile("/bin/bash", ["-c", script], { cwd: directory, env, maxBuffer: 10_000_000, timeout: 170_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout + stderr),
    );
  });
}
