// The dead man's signal: a monitor elsewhere is told of each backup that was taken and proved, and alarms when it hears nothing. A GET
// of the address says good, of the same with /fail behind it not good, as healthchecks.io and its like expect. Whoever has the
// address can say good, so it is a secret; a monitor that cannot be told is told about, and never makes a backup fail.
import { isProblem, Problem, toProblem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import type { Context } from "../../platform/context.ts";
import { request } from "../../platform/http.ts";
import { readSecret } from "../../platform/secrets.ts";
import type { House } from "../stack/house.ts";

const tries = 3;
const pauseMs = 2_000;

/** `[backup] signal` of the house, else what is in the file that ROWHOUSE_SIGNAL_FILE names; undefined when nobody is to be told. */
async function monitorAddress(context: Pick<Context, "environment">, house: House | undefined): Promise<Secret | undefined> {
  const own = house?.config.backup?.signal;
  const file = context.environment["ROWHOUSE_SIGNAL_FILE"];
  if (own !== undefined) return new Secret(own);
  return file ? readSecret(file) : undefined;
}

export interface BackupOutcome {
  readonly house: House | undefined;
  readonly isGood: boolean;
  /** 5 s unless given. */
  readonly answerWithinMs?: number;
}

/** Returns why the monitor could not be told, undefined when it was or when there is none. Never throws, and ends within half a minute. */
export async function tellMonitor(context: Pick<Context, "clock" | "environment">, outcome: BackupOutcome): Promise<string | undefined> {
  const { house, isGood, answerWithinMs = 5_000 } = outcome;
  try {
    const address = await monitorAddress(context, house);
    if (address) await tell(context, { url: addressFor(address, isGood), answerWithinMs });
    return undefined;
  } catch (thrown) {
    return `the monitor could not be told that the backup is ${isGood ? "good" : "not good"}: ${toProblem(thrown).message}`;
  }
}

function addressFor(address: Secret, isGood: boolean): URL {
  const url = URL.canParse(address.reveal()) ? new URL(address.reveal()) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") throw new Problem("RH-USE-001", "its address is none of http or https");
  if (!isGood) url.pathname = `${url.pathname.replace(/\/$/, "")}/fail`;
  return url;
}

async function tell(
  { clock }: Pick<Context, "clock">,
  { url, answerWithinMs }: { readonly url: URL; readonly answerWithinMs: number },
): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      const { status } = await request({ url, method: "GET", path: `${url.pathname}${url.search}`, timeoutMs: answerWithinMs });
      if (status < 200 || status > 299) throw new Problem("RH-CONN-003", `${url.host} answered ${status}`);
      return;
    } catch (thrown) {
      if (left <= 1 || !isProblem(thrown)) throw thrown;
      await clock.sleep(pauseMs);
    }
  }
}
