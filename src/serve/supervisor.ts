// Brings back a tier that dies, at once the first time and then with growing pauses, until it is told to end. A tier that was
// up for five seconds starts again without a pause: the pauses are for one that dies of itself, not for one that is killed often.
import type { Held, Runtime } from "../operations/stack/runtime.ts";
import type { Context } from "../platform/context.ts";
import { describeEnd } from "../platform/processes.ts";

const firstPauseMs = 200;
const longestPauseMs = 10_000;
const steadyAfterMs = 5_000;

/** Resolves when `signal` is aborted and every watch has ended. */
export async function supervise(context: Context, runtime: Runtime, signal: AbortSignal): Promise<void> {
  await Promise.all(runtime.held.map((held) => watch(context, runtime, held, signal)));
}

async function watch(context: Context, runtime: Runtime, first: Held, signal: AbortSignal): Promise<void> {
  let held = first;
  for (let pauseMs = 0; !signal.aborted; ) {
    const upSinceMs = context.clock.monotonicMs();
    const end = await Promise.race([held.running.gone.then((exitCode) => ({ exitCode })), abortOf(signal)]);
    if (!end) return;
    const wasSteady = context.clock.monotonicMs() - upSinceMs > steadyAfterMs;
    pauseMs = wasSteady ? 0 : pauseMs;
    const why = describeEnd(end.exitCode);
    context.log.error(`${held.member.name} ended, starting it again`, { pid: held.running.identity.pid, why, pauseMs });
    runtime.countRestart(held.member.name, why);
    await context.clock.sleep(pauseMs, signal).catch(() => undefined); // aborted: the loop ends
    held = (await bringBack(context, runtime, held, signal)) ?? held;
    pauseMs = Math.min(Math.max(pauseMs * 2, firstPauseMs), longestPauseMs);
  }
}

/** Tries until the member is up again; undefined when told to end. */
async function bringBack(context: Context, runtime: Runtime, ended: Held, signal: AbortSignal): Promise<Held | undefined> {
  const { member } = ended;
  let counted = ended.running;
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      const evidence = await runtime.bringUp(member, { signal });
      context.log.info(`${member.name} is up again`, { seen: evidence.seen });
      return runtime.held.find((held) => held.member.name === member.name);
    } catch (thrown) {
      if (signal.aborted) return undefined;
      const held = runtime.held.find(({ member: { name } }) => name === member.name);
      context.log.error(`${member.name} does not come up`, { why: thrown instanceof Error ? thrown.message : String(thrown) });
      if (held && (await isRunning(held))) return held; // alive but not ready, as an application whose database is away
      if (held && held.running !== counted) runtime.countRestart(member.name, describeEnd(await held.running.gone));
      counted = held?.running ?? counted;
      await context.clock.sleep(pauseMs, signal).catch(() => undefined); // aborted: the loop ends
    }
  }
  return undefined;
}

async function isRunning(held: Held): Promise<boolean> {
  return Promise.race([held.running.gone.then(() => false), new Promise<boolean>((resolve) => setImmediate(() => resolve(true)))]);
}

function abortOf(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener("abort", () => resolve(false), { once: true });
  });
}
