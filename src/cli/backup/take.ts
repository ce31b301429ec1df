// rowhouse backup take: exit 0 when the backup is proved, or taken and no proof was asked for; 6 when the proof failed; 10 when
// it was taken and could not be proved here.
import { resolve } from "node:path";
import { planText } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { tellMonitor } from "../../operations/backup/monitor.ts";
import { houseSource, type ServerSource, type Source, targetSource, wholeHouse, wholeTarget, withPassword } from "../../operations/backup/source.ts";
import type { ScopeWish } from "../../operations/backup/scope.ts";
import { type PlannedTake, planTake, type TakeOptions } from "../../operations/backup/take.ts";
import { planTakeAll } from "../../operations/backup/take-all.ts";
import { planTakeBase } from "../../operations/backup/take-base.ts";
import type { House } from "../../operations/stack/house.ts";
import { giveWay } from "../../platform/processes.ts";
import type { Invocation } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { showPlan, whileLive } from "../output.ts";
import { listOption, textOption } from "../parse.ts";
import { askSecret } from "../prompt.ts";
import { exitCodes, printEvidence, printProof } from "./proof.ts";
import { refuseAddress } from "./stores.ts";

export async function take(invocation: Invocation): Promise<number> {
  try {
    const exitCode = await takeOne(invocation);
    await tell(invocation, exitCode === 0);
    return exitCode;
  } catch (thrown) {
    if (!isProblem(thrown, "RH-USE-001")) await tell(invocation, false); // a typing error is no backup that failed
    throw thrown;
  }
}

/**
 * The monitor hears of whole backups that were to be proved. That of a house hears of what the schedule takes: not of a part, of another
 * database or of all of the server, which a person takes in between and which says nothing of the next night's.
 */
async function tell(invocation: Invocation, isGood: boolean): Promise<void> {
  const { context, output, options, signal } = invocation;
  const isPart = ["schema-only", "data-only", "no-prove", "dry-run"].some((name) => options[name]) || listOption(options, "table").length > 0;
  if (isPart || signal.aborted) return;
  const house = textOption(options, "target") === undefined ? await foundHouse(invocation).catch(() => undefined) : undefined;
  if (house && !isScheduled(options, house.house)) return;
  const why = await tellMonitor(context, { house: house?.house, isGood });
  if (why !== undefined) output.warning(why);
}

export function isScheduled(options: Invocation["options"], { config }: Pick<House, "config">): boolean {
  return !options["all"] && !options["base"] && [undefined, config.app.database].includes(textOption(options, "database"));
}

async function takeOne(invocation: Invocation): Promise<number> {
  giveWay(process.pid);
  const { output, options, signal } = invocation;
  const { plan, take: perform } = await plannerOf(options)(invocation);
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  const { backup, evidence } = await perform(signal, ({ title }) => output.progress(title));
  output.envelope({ evidence, result: backup });
  printEvidence(output, evidence);
  printProof(output, backup);
  for (const note of backup.notes) output.advice(`! ${note}`);
  return options["no-prove"] ? 0 : exitCodes[backup.state];
}

function plannerOf(options: Invocation["options"]): (invocation: Invocation) => Promise<PlannedTake> {
  if (options["all"]) return (invocation) => plannedWhole(invocation, "all", planTakeAll);
  return options["base"] ? (invocation) => plannedWhole(invocation, "base", planTakeBase) : plannedOne;
}

async function sourceOf(invocation: Invocation): Promise<Source> {
  const { context, options } = invocation;
  const url = textOption(options, "target");
  const database = textOption(options, "database");
  if (url !== undefined) return targetSource(context, { url, database });
  const source = await houseSource(context, (await foundHouse(invocation)).house);
  return database === undefined ? source : { ...source, login: { ...source.login, database } };
}

function scopeWish(options: Invocation["options"]): ScopeWish {
  if (options["schema-only"] && options["data-only"])
    throw new Problem("RH-USE-001", "--schema-only and --data-only exclude each other", {
      field: "data-only",
      hint: "Leave both out for all of it.",
    });
  return { tables: listOption(options, "table"), only: options["schema-only"] ? "schema" : options["data-only"] ? "data" : undefined };
}

async function plannedOne(invocation: Invocation): Promise<PlannedTake> {
  const scope = scopeWish(invocation.options);
  return withAskedPassword(invocation, await sourceOf(invocation), (source) =>
    planTake(invocation.context, { ...takeOptions(invocation), source, scope }),
  );
}

async function plannedWhole(invocation: Invocation, name: "all" | "base", planWhole: typeof planTakeAll): Promise<PlannedTake> {
  const { context, options } = invocation;
  const others = ["base", "database", "table", "schema-only", "data-only"].filter((other) => other !== name);
  const other = others.find((one) => options[one] !== undefined);
  if (other !== undefined) {
    throw new Problem("RH-USE-001", `--${name} and --${other} exclude each other`, { field: name, hint: "Take two backups." });
  }
  const url = textOption(options, "target");
  const source = url === undefined ? await wholeHouse(context, (await foundHouse(invocation)).house) : await wholeTarget(context, url);
  return withAskedPassword(invocation, source, (from) => planWhole(context, { ...takeOptions(invocation), source: from }));
}

function takeOptions({ options, directory, output }: Invocation): Pick<TakeOptions, "store" | "isProved" | "onProgress"> {
  const store = textOption(options, "store");
  refuseAddress(store);
  return {
    store: store === undefined ? undefined : resolve(directory, store),
    isProved: options["no-prove"] !== true,
    onProgress: whileLive(output),
  };
}

/** A password that nobody wrote down is asked for, once, where a terminal can be asked. */
async function withAskedPassword<S extends ServerSource>(
  { output, signal }: Invocation,
  source: S,
  plan: (source: S) => Promise<PlannedTake>,
): Promise<PlannedTake> {
  try {
    return await plan(source);
  } catch (thrown) {
    if (!isProblem(thrown, "RH-AUTH-001") || source.login.password || !process.stdin.isTTY || !output.isLive) throw thrown;
  }
  const { user, host } = source.login;
  return plan(withPassword(source, await askSecret(`Password of ${user} on ${host}: `, signal)));
}
