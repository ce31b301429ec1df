// rowhouse down: asks `serve` to end everything; where `serve` is gone, ends what is recorded.
import { askDown } from "../serve/control.ts";
import { didRun, outsideIn, takeDown } from "../operations/stack/down.ts";
import type { Evidence } from "../foundation/evidence.ts";
import type { House } from "../operations/stack/house.ts";
import { type Places, placesOf } from "../operations/stack/places.ts";
import { livingMembers, readState } from "../operations/stack/state.ts";
import { serveLock } from "../operations/stack/status.ts";
import { Problem } from "../foundation/problem.ts";
import { waitFor } from "../platform/clock.ts";
import { signalProcess } from "../platform/processes.ts";
import { isAlive } from "../platform/identity.ts";
import { lockOwner, type LockOwner, takeLock } from "../platform/locks.ts";
import type { Invocation } from "./command.ts";
import { foundHouse } from "./found-house.ts";
import { columns, type Output } from "./output.ts";

const downWithinMs = 120_000;

export async function down(invocation: Invocation): Promise<number> {
  const { context, output, options } = invocation;
  const { house, warnings } = await foundHouse(invocation);
  const places = placesOf(context, house.directory);
  for (const warning of warnings) output.warning(warning);
  if (options["dry-run"]) return showPlan(output, places);
  const server = await lockOwner(serveLock(places));
  if (server) {
    await endServe(invocation, places, server);
    tell(output, house, { didRun: true });
    return 0;
  }
  await using _lock = await takeLock({ path: serveLock(places), operation: "down", clock: context.clock });
  const evidence = await takeDown(context, house);
  for (const line of columns(evidence.map(({ subject, seen }) => [subject, seen]))) output.line(line);
  tell(output, house, { didRun: didRun(evidence), evidence });
  return 0;
}

async function showPlan(output: Output, places: Places): Promise<number> {
  const recorded = Object.keys((await readState(places)).members);
  const names = outsideIn.flatMap((prefix) => recorded.filter((name) => name.startsWith(prefix)));
  output.envelope({
    plan: { title: "take the house down", steps: names.map((name) => ({ title: `stop ${name}`, why: "in order, from the outside inwards" })) },
  });
  output.line(names.length === 0 ? "Nothing runs." : `Would stop, in order: ${names.join(", ")}.`);
  return 0;
}

/** `serve` ends the tiers and then itself. */
async function endServe({ context, output }: Invocation, places: Places, server: LockOwner): Promise<void> {
  output.progress("asking serve to end");
  await askDown(places).catch(() => signalProcess(server.pid, "SIGTERM")); // it still brings the house up, and listens to nobody
  const isGone = await waitFor(context.clock, { withinMs: downWithinMs, everyMs: 50 }, async () => ((await isAlive(server)) ? undefined : true));
  if (!isGone)
    throw new Problem("RH-PROC-002", `serve (pid ${server.pid}) did not end within ${downWithinMs / 1000} s`, {
      hint: "Look with `rowhouse status`, then `rowhouse down` again.",
    });
  const left = Object.keys(await livingMembers(places));
  if (left.length > 0) throw new Problem("RH-HOUSE-005", `serve ended and left ${left.join(", ")} running`, { hint: "Again: `rowhouse down`." });
}

function tell(output: Output, { directory }: House, found: { readonly didRun: boolean; readonly evidence?: readonly Evidence[] }): void {
  const { didRun: wasRunning, evidence } = found;
  output.envelope({ ...(evidence ? { evidence } : {}), result: { house: directory, state: "down", wasRunning } });
  output.line(wasRunning ? `Down. The data stays in ${directory}.` : `It was not running. The data is in ${directory}.`);
}
