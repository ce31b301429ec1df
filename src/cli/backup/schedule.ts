// rowhouse backup schedule: prints the files by which systemd or cron take a backup each day. Nothing is written: what a machine
// runs by itself its administrator puts there.
import { resolve } from "node:path";
import { Problem } from "../../foundation/problem.ts";
import { keepsAny } from "../../operations/backup/retention.ts";
import { cronFiles, type ScheduleWanted, systemdFiles } from "../../operations/backup/schedule.ts";
import { packageFiles } from "../../platform/package.ts";
import { findProgram } from "../../platform/tools.ts";
import { currentUser } from "../../platform/users.ts";
import type { Invocation, OptionValues } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { textOption } from "../parse.ts";
import { retentionIn } from "./keep.ts";
import { ageIn, percentIn } from "./proof-options.ts";
import { refuseAddress } from "./stores.ts";

const kinds = { systemd: systemdFiles, cron: cronFiles } as const;

export async function schedule(invocation: Invocation): Promise<number> {
  const { context, output, options } = invocation;
  const kind = textOption(options, "for") ?? "systemd";
  if (kind !== "systemd" && kind !== "cron") throw new Problem("RH-USE-001", `--for is "${kind}", not systemd or cron`, { field: "for" });
  const at = textOption(options, "at") ?? "02:00";
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(at)) throw new Problem("RH-USE-001", `--at is "${at}", not a time of the day as 02:00`, { field: "at" });
  const retention = retentionIn(options);
  const again = proofsAgain(options);
  const files = await kinds[kind]({
    at,
    retention,
    again,
    ...(await about(invocation)),
    program: await programPath(context),
    user: currentUser().name,
  });
  output.envelope({ result: files });
  for (const { text } of files) output.line(text);
  if (!keepsAny(retention)) output.warning("nothing old is removed: add --keep-days 7 and the like");
  return 0;
}

function proofsAgain(options: OptionValues): ScheduleWanted["again"] {
  const every = ageIn(options, "prove-every");
  const percent = percentIn(options, "prove-sample");
  if (every) return { every: every.text, percent };
  if (percent === undefined) return undefined;
  throw new Problem("RH-USE-001", "--prove-sample without --prove-every", { field: "prove-sample", hint: "Add --prove-every 7d." });
}

async function about(invocation: Invocation): Promise<Pick<ScheduleWanted, "what" | "where" | "environment">> {
  const { context, options, directory } = invocation;
  const store = textOption(options, "store");
  refuseAddress(store);
  const at = store === undefined ? [] : ["--store", resolve(directory, store)];
  const target = textOption(options, "target");
  const variables = ["ROWHOUSE_SIGNAL_FILE", ...(target === undefined ? [] : ["ROWHOUSE_TARGET_PASSWORD_FILE"])];
  const environment = Object.fromEntries(variables.map((name) => [name, context.environment[name]]));
  if (target !== undefined) return { what: target, where: ["--target", target, ...at], environment };
  const { house } = await foundHouse(invocation);
  return { what: `the house at ${house.directory}`, where: ["--house", house.directory, ...at], environment };
}

async function programPath(context: Invocation["context"]): Promise<string> {
  return (await findProgram(context, "rowhouse")) ?? packageFiles.program;
}
