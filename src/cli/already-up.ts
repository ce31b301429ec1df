// `up` of a house that is up: its status, and the example when it is asked for. Nothing is started or stopped.
import { protectionOf } from "../operations/backup/protection.ts";
import { loadDemo } from "../operations/stack/demo.ts";
import type { UpOptions } from "../operations/stack/draft.ts";
import { readRecordedHouse } from "../operations/stack/recorded.ts";
import { type HouseStatus, houseStatus } from "../operations/stack/status.ts";
import type { Invocation } from "./command.ts";
import { printStatus } from "./status.ts";

export async function alreadyUp(invocation: Invocation, wanted: UpOptions, pid: number): Promise<number> {
  const { context, output } = invocation;
  const recorded = await readRecordedHouse(context, wanted.directory);
  const [found, protection] = await Promise.all([houseStatus(context, recorded), protectionOf(context, recorded.house)]);
  const isUp = found.tiers.every(({ state }) => state === "up");
  const demo = wanted.isDemo ? await addDemo(invocation, found, recorded.house.config.ports.proxy) : undefined;
  output.envelope({ result: { ...found, backup: protection, alreadyUp: true, ...(demo === undefined ? {} : { demo }) } });
  printStatus(output, found, { protection, now: context.clock.now().getTime() });
  output.advice(`Already up (serve has pid ${pid}); nothing was started or stopped. ${found.url}`);
  if (demo !== undefined) output.advice(`${demo.charAt(0).toUpperCase()}${demo.slice(1)}.`);
  return isUp ? 0 : 1;
}

async function addDemo({ context, options }: Invocation, { tiers }: HouseStatus, port: number): Promise<string> {
  const broken = tiers.filter(({ state }) => state !== "up").map(({ tier }) => tier);
  if (broken.length > 0) return `the example was not added: the ${broken.join(" and the ")} is not up`;
  if (options["dry-run"]) return "the example would be added if nothing else is there";
  return (await loadDemo(context, port)).seen;
}
