// rowhouse down: asks `serve` to end everything; where `serve` is gone, ends what is recorded.
import { askDown } from "../serve/control.ts";
import { outsideIn, takeDown } from "../operations/stack/down.ts";
import { findHouseDirectory, readHouse } from "../operations/stack/house.ts";
import { placesOf, refuseForeignRun } from "../operations/stack/places.ts";
import { livingMembers, readState } from "../operations/stack/state.ts";
import { serveLock } from "../operations/stack/status.ts";
import { Problem } from "../foundation/problem.ts";
import { waitFor } from "../platform/clock.ts";
import { signalProcess } from "../platform/processes.ts";
import { isAlive } from "../platform/identity.ts";
import { lockOwner, takeLock } from "../platform/locks.ts";
import type { Invocation } from "./command.ts";
import { columns } from "./output.ts";
import { textOption } from "./parse.ts";

const downWithinMs = 120_000;

export async function down({ context, output, options, directory }: Invocation): Promise<number> {
  const house = await readHouse(await findHouseDirectory(context, { house: textOption(options, "house") }, directory));
  const places = placesOf(context, house.directory);
  await refuseForeignRun(places);
  if (options["dry-run"]) {
    const recorded = Object.keys((await readState(places)).members);
    const names = outsideIn.flatMap((prefix) => recorded.filter((name) => name.startsWith(prefix)));
    output.envelope({
      plan: { title: "take the house down", steps: names.map((name) => ({ title: `stop ${name}`, why: "in order, from the outside inwards" })) },
    });
    output.line(names.length === 0 ? "Nothing runs." : `Would stop, in order: ${names.join(", ")}.`);
    return 0;
  }
  const server = await lockOwner(serveLock(places));
  if (server) {
    output.progress("asking serve to end");
    await askDown(places).catch(() => signalProcess(server.pid, "SIGTERM")); // it still brings the house up, and listens to nobody
    const isGone = await waitFor(context.clock, { withinMs: downWithinMs, everyMs: 50 }, async () => ((await isAlive(server)) ? undefined : true));
    if (!isGone)
      throw new Problem("RH-PROC-002", `serve (pid ${server.pid}) did not end within ${downWithinMs / 1000} s`, {
        hint: "rowhouse status; then rowhouse down again.",
      });
    const left = Object.keys(await livingMembers(places));
    if (left.length > 0) throw new Problem("RH-HOUSE-005", `serve ended and left ${left.join(", ")} running`, { hint: "Run rowhouse down again." });
    output.envelope({ result: { house: house.directory, state: "down" } });
    output.line(`Down. The data stays in ${house.directory}.`);
    return 0;
  }
  await using _lock = await takeLock({ path: serveLock(places), operation: "down", clock: context.clock });
  const evidence = await takeDown(context, house);
  output.envelope({ evidence, result: { house: house.directory, state: "down" } });
  for (const line of columns(evidence.map(({ subject, seen }) => [subject, seen]))) output.line(line);
  output.line(`Down. The data stays in ${house.directory}.`);
  return 0;
}
