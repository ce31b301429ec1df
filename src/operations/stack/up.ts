// `up` as a plan: what this machine still lacks for the house to stand, in order, each step with the commands and statements it
// runs. Every step may be repeated, so a run that was killed is followed by one that finishes.
import { dirname, join } from "node:path";
import { engineNames, engines } from "../../engines/engines.ts";
import { packageFiles } from "../../platform/package.ts";
import type { Engine } from "../../engines/engine.ts";
import type { Plan, Step } from "../../foundation/plan.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { exists, freeBytes, writeFileAtomic } from "../../platform/files.ts";
import { diskFull, run } from "../../platform/processes.ts";
import { userAddCommand } from "../../platform/users.ts";
import { proofStep, schemaStep } from "./up-access.ts";
import { appStep } from "./up-app.ts";
import { databaseStep, targetStep } from "./up-database.ts";
import { refuseTakenPorts } from "./up-ports.ts";
import { proxyStep } from "./up-proxy.ts";
import { throughStep } from "./up-through.ts";
import {
  appDefaults,
  defaultProxyPort,
  type Draft,
  findInstallation,
  findNginx,
  serverPlace,
  settleConfig,
  settleEngine,
  targetOf,
  type UpOptions,
} from "./draft.ts";
import { closeHouseFile, type House, type HouseConfig, houseFile, houseText } from "./house.ts";
import { canInstallPackages, installPackages, installTrial, packageStep, trialCommand } from "./install.ts";
import { findOwners, makePlaces, missingUsers, placesOf, refuseUnreachable } from "./places.ts";
import { Runtime } from "./runtime.ts";
import { keepPassword, type Target, targetAdministrator } from "./target.ts";
import { isWord } from "../../deploy/render.ts";
import { Problem } from "../../foundation/problem.ts";

const newServerBytes = 300_000_000;

export interface Upping {
  readonly plan: Plan;
  readonly draft: Draft;
}

export interface UpMore {
  /** What has to be done once the server answers, before roles and schema are made. */
  readonly beforeSchema: (draft: Draft) => Step;
}

/** Looks at the machine and says what would be done; changes nothing. */
export async function planUp(context: Context, options: UpOptions, more?: UpMore): Promise<Upping> {
  const { engine, house } = await settleEngine(options);
  const places = placesOf(context, options.directory);
  const draft: Draft = { context, options, engine, places, runtime: new Runtime(context, places, () => draft.house?.config), house, isNew: false };
  refuseOddPath(options.directory);
  await refuseCheckout(options.directory);
  await refuseUnreachable(options.directory);
  if (!targetOf(draft)) {
    await refuseOtherData(draft);
    await refuseFullDisk(draft);
  }
  await refuseTakenPorts(draft);
  const steps = [
    ...(await installSteps(draft)),
    ...(await userSteps()),
    ...(await houseSteps(draft)),
    ...(targetOf(draft) ? [] : await dataSteps(draft)),
    targetOf(draft) ? targetStep(draft) : await databaseStep(draft),
    ...(more ? [more.beforeSchema(draft)] : []),
    await schemaStep(draft),
    proofStep(draft),
    await appStep(draft),
    ...(await proxyStep(draft)),
    throughStep(draft),
  ];
  return { plan: { title: `bring up ${engine.title} in ${options.directory}`, steps }, draft };
}

/** The path becomes a word of nginx's and the server's files. */
function refuseOddPath(directory: string): void {
  if (isWord(directory)) return;
  throw new Problem("RH-HOUSE-004", `the path ${JSON.stringify(directory)} has a space, quote, semicolon, brace, dollar or backslash`, {
    hint: "Give another place with --house.",
  });
}

/** `git clean` must not reach data. */
async function refuseCheckout(directory: string): Promise<void> {
  if (!`${directory}/`.startsWith(packageFiles.root) || !(await exists(join(packageFiles.root, ".git")))) return;
  throw new Problem("RH-HOUSE-004", `${directory} is inside the checkout at ${packageFiles.root}, where \`git clean\` would reach its data`, {
    hint: "Give another place with --house.",
  });
}

/** Data of another version must not be touched by this one. */
async function refuseOtherData({ engine, house, places }: Draft): Promise<void> {
  for (const other of engineNames.map((name) => engines[name]).filter(({ name }) => name !== engine.name)) {
    if ((await other.server.dataMajor(places.data)) === undefined) continue;
    throw new Problem("RH-HOUSE-003", `the data in ${places.data} is ${other.title}'s, ${houseFile(places.house)} says ${engine.title}`, {
      field: "engine",
      hint: `Put engine = "${other.name}" back.`,
    });
  }
  const major = await engine.server.dataMajor(places.data);
  if (major === undefined || house === undefined || major === house.config.major) return;
  throw new Problem(
    "RH-HOUSE-003",
    `the data in ${places.data} is of ${engine.title} ${major}, ${houseFile(house.directory)} says ${house.config.major}`,
    {
      field: "major",
      hint: `Put major = "${major}" back, or move the data to the new version first.`,
    },
  );
}

/** A new server wants its tables and its log; half of that is worse than nothing. */
async function refuseFullDisk({ engine, options, places }: Draft): Promise<void> {
  if ((await engine.server.dataMajor(places.data)) !== undefined) return;
  const free = await freeBytesAbove(options.directory);
  if (free >= newServerBytes) return;
  throw diskFull(`${formatBytes(free)} are free at ${options.directory}, a new ${engine.title} server needs ${formatBytes(newServerBytes)}`);
}

/** Of the file system that will hold a directory that may not be there yet. */
async function freeBytesAbove(directory: string): Promise<number> {
  return (await exists(directory)) || directory === dirname(directory) ? freeBytes(directory) : freeBytesAbove(dirname(directory));
}

async function installSteps(draft: Draft): Promise<readonly Step[]> {
  const { context, engine, options } = draft;
  const mayApt = options.mayInstall && (await canInstallPackages(context));
  const wanted: string[] = [];
  const steps: Step[] = [];
  if (!targetOf(draft) && !(await findInstallation(draft))) {
    if (engine.server.packages.length > 0) {
      if (!mayApt) throw serverMissing(engine);
      wanted.push(...engine.server.packages);
    } else steps.push(trialStep(draft));
  }
  if (!(await findNginx(context)) && mayApt) wanted.push("nginx");
  if (wanted.length > 0) steps.push({ ...packageStep(wanted), act: async (signal) => installPackages(context, wanted, signal).then(() => []) });
  return steps;
}

function trialStep(draft: Draft): Step {
  const { context, engine, options, house } = draft;
  const wanted = engine.server.trialPackage(house?.config.major);
  if (!options.mayInstall || !wanted) throw serverMissing(engine);
  return {
    title: `fetch a trial ${engine.title} server`,
    why: "no server programs of that version are on this machine",
    run: [trialCommand("npm", "/var/tmp", wanted)],
    act: async (signal) => installTrial(context, engine, house?.config.major, signal).then(() => []),
  };
}

function serverMissing(engine: Engine): Problem {
  const packages = engine.server.packages.length > 0 ? engine.server.packages.join(" ") : "the server package of your distribution";
  return new Problem("RH-TOOL-001", `no ${engine.title} server is on this machine, and nothing may be installed here`, {
    hint:
      engine.server.packages.length > 0
        ? `Install it: sudo apt-get install --no-install-recommends ${packages}`
        : `Install ${packages}, or allow npm's trial server with --install.`,
  });
}

async function userSteps(): Promise<readonly Step[]> {
  const missing = await missingUsers();
  if (missing.length === 0) return [];
  return [
    {
      title: `make the system users ${missing.join(", ")}`,
      why: "each tier runs as a user of its own, so that one that is broken into does not own the others",
      run: missing.map(userAddCommand),
      undo: missing.map((name) => `userdel ${name}`).join("; "),
      act: async (signal) => {
        for (const name of await missingUsers()) await run({ argv: userAddCommand(name), timeoutMs: 30_000, signal });
        return [];
      },
    },
  ];
}

async function houseSteps(draft: Draft): Promise<readonly Step[]> {
  const { options, places } = draft;
  const path = houseFile(options.directory);
  return [
    {
      title: "make the house's directories",
      why: "state, data, logs and secrets have places and owners of their own",
      writes: [places.house, places.state, places.run],
      act: async () => {
        await makePlaces(places, await findOwners());
        if (draft.house) await closeHouseFile(draft.house);
        return [];
      },
    },
    ...(draft.house
      ? []
      : [
          {
            title: `write ${path}`,
            why: "it pins engine, major version, locale and ports",
            writes: [path],
            act: async () => {
              draft.house = await writeHouse(draft);
              draft.isNew = true;
              return [];
            },
          },
        ]),
  ];
}

async function writeHouse(draft: Draft): Promise<House> {
  const target = targetOf(draft);
  if (target) return writeTargetHouse(draft, target);
  const installation = await findInstallation(draft);
  if (!installation) throw serverMissing(draft.engine);
  const config = await settleConfig(draft, installation);
  await writeFileAtomic(houseFile(draft.options.directory), houseText(config), { mode: 0o644 });
  return { directory: draft.options.directory, config };
}

async function writeTargetHouse(draft: Draft, target: Target): Promise<House> {
  const administrator = await targetAdministrator(draft.context, draft.places, target);
  await using session = await draft.engine.driver.connect(administrator);
  const { version } = await draft.engine.server.vitals(session);
  const config: HouseConfig = {
    engine: draft.engine.name,
    major: draft.engine.server.majorOf(version),
    locale: "C.UTF-8",
    target: draft.options.target ?? "",
    ports: { proxy: draft.options.port ?? defaultProxyPort, database: target.port },
    app: appDefaults(draft.options),
  };
  await keepPassword(draft.places, administrator.password);
  await writeFileAtomic(houseFile(draft.options.directory), houseText(config), { mode: 0o644 });
  return { directory: draft.options.directory, config };
}

async function dataSteps(draft: Draft): Promise<readonly Step[]> {
  const { context, engine, house, places } = draft;
  const major = await engine.server.dataMajor(places.data);
  if (major !== undefined) return [];
  const command = house && (await findInstallation(draft)) ? [engine.server.initialiseCommand(await serverPlace(draft))] : [];
  return [
    {
      title: `make a ${engine.title} data directory`,
      why: "there is no data yet; it is secured before anything can connect",
      run: command,
      writes: [places.data, join(places.logs, "database.log")],
      act: async () => {
        const place = await serverPlace(draft);
        if ((await engine.server.dataMajor(places.data)) === undefined) await engine.server.initialise(context, place);
        return [];
      },
    },
  ];
}
