// Tier 2 in `up`: what the application's user runs and reads is copied to where that user reaches it, then each instance starts.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Step } from "../../foundation/plan.ts";
import { readIfThere, writeFileAtomic } from "../../platform/files.ts";
import { packageFiles } from "../../platform/package.ts";
import { runAnyway } from "../../platform/processes.ts";
import { databaseAddress, type Draft, findNginx, rolePasswords, tierOf } from "./draft.ts";
import { publishOnce, removeOlder } from "./published.ts";
import { livingMembers } from "./state.ts";
import { type AppSettings, appMember, type Tier } from "./tiers.ts";

export async function appStep(draft: Draft): Promise<Step> {
  const { places, runtime, house, options } = draft;
  const instances = house?.config.app.instances ?? options.instances ?? 2;
  const living = Object.keys(await livingMembers(places)).filter((name) => name.startsWith("app-")).length;
  return {
    title: instancesTitle({ wanted: instances, living: Math.min(living, instances) }),
    why: "tier 2: each on a unix socket that only the proxy reaches",
    writes: [places.app],
    act: async (signal, tell) => {
      const tier = await tierOf(draft);
      const nginx = await findNginx(draft.context);
      const settings = await appSettings(draft, tier, nginx === undefined);
      const count = nginx ? tier.house.config.app.instances : 1;
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const evidence = await Promise.all(numbers.map((instance) => runtime.bringUp(appMember(tier, settings, instance), { signal, tell })));
      await removeOlder(settings.bundle);
      return evidence;
    },
  };
}

function instancesTitle({ wanted, living }: { readonly wanted: number; readonly living: number }): string {
  const of = (count: number) => `${count} ${count === 1 ? "instance" : "instances"} of the application`;
  if (living === 0) return `start ${of(wanted)}`;
  return living === wanted ? `keep ${of(wanted)}, found running` : `start ${of(wanted - living)}, keep ${living} found running`;
}

async function appSettings(draft: Draft, tier: Tier, isBuiltIn: boolean): Promise<AppSettings> {
  const { places } = draft;
  const owner = tier.owners?.app;
  const passwords = await rolePasswords(places);
  const passwordFile = join(places.app, "password");
  const text = `${passwords.application.reveal()}\n`;
  if ((await readIfThere(passwordFile)) !== text) await writeFileAtomic(passwordFile, text, owner ? { owner } : {});
  const { host, port } = await databaseAddress(draft);
  const passwordHash = createHash("sha256").update(text).digest("hex");
  const settings = { passwordFile, passwordHash, databaseHost: host, databasePort: port };
  const bundle = await publishOnce({ from: packageFiles.appBundle, directory: places.app, name: "app", ending: ".mjs", owner: undefined });
  const node = await reachableNode(tier);
  if (!isBuiltIn) return { ...settings, bundle, node };
  const board = await publishOnce({ from: packageFiles.board, directory: places.app, name: "board", ending: "", owner });
  return { ...settings, bundle, node, builtIn: { port: tier.house.config.ports.proxy, board } };
}

/** This very Node, copied to the application when its user cannot execute it where it is. */
async function reachableNode(tier: Tier): Promise<string> {
  const owner = tier.owners?.app;
  const works = async (node: string) => {
    const { exitCode } = await runAnyway({ argv: [node, "--version"], timeoutMs: 10_000, ...(owner ? { owner } : {}) }).catch(() => ({
      exitCode: 1,
    }));
    return exitCode === 0;
  };
  if (await works(process.execPath)) return process.execPath;
  return publishOnce({ from: process.execPath, directory: tier.places.app, name: "node", ending: "", owner });
}
