// The one long-lived process: brings the house up, keeps it up, and takes it down in order when it is told to. Holds the house's
// lock for its whole life, so there is one of it.
import { planText, type StepText } from "../foundation/plan.ts";
import type { Evidence } from "../foundation/evidence.ts";
import { perform } from "../foundation/plan.ts";
import { takeDown } from "../operations/stack/down.ts";
import { type Draft, houseOf, type UpOptions } from "../operations/stack/draft.ts";
import type { House } from "../operations/stack/house.ts";
import { rotateLogs } from "../operations/stack/logs.ts";
import { placesOf } from "../operations/stack/places.ts";
import { serveLock } from "../operations/stack/status.ts";
import { planUp } from "../operations/stack/up.ts";
import type { Context } from "../platform/context.ts";
import { formatBytes } from "../foundation/units.ts";
import { diskFull } from "../platform/processes.ts";
import { ensureDirectory, freeBytes } from "../platform/files.ts";
import { record } from "../platform/journal.ts";
import { takeLock } from "../platform/locks.ts";
import { keepBackedUp } from "./backups.ts";
import { listenForControl } from "./control.ts";
import { supervise } from "./supervisor.ts";

/** With less than this whatever failed has most likely failed for want of space. */
const exhaustedBytes = 16_000_000;

export interface ServeEvents {
  readonly onStep: (step: StepText) => void;
  readonly onReady: (report: UpReport) => void;
  readonly onEnd: (evidence: readonly Evidence[]) => void;
}

export interface UpReport {
  readonly house: House;
  readonly evidence: readonly Evidence[];
  /** Names of the members that ran already and were kept. */
  readonly found: readonly string[];
  readonly tookMs: number;
}

/** Resolves when the house is down again. Throws what made bringing it up fail, after ending what it had started. */
export async function serve(context: Context, options: UpOptions, events: ServeEvents & { readonly signal: AbortSignal }): Promise<void> {
  const began = context.clock.monotonicMs();
  const places = placesOf(context, options.directory);
  await planUp(context, options); // refuses before anything is made
  await ensureDirectory(places.state, { mode: 0o711 });
  await using _lock = await takeLock({ path: serveLock(places), operation: "serve", clock: context.clock });
  const { plan, draft } = await planUp(context, options); // as things are now that nobody else changes them
  await record(places.state, context.clock, { what: "up", outcome: "began", plan: planText(plan) });
  const evidence = await perform(plan, { signal: events.signal, onStep: events.onStep }).catch(async (thrown: unknown) => {
    await draft.runtime.endStarted();
    const free = await freeBytes(places.state).catch(() => Number.POSITIVE_INFINITY);
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    await record(places.state, context.clock, { what: "up", outcome: "failed", problem }).catch(() => undefined); // the disk may be what is full
    throw free < exhaustedBytes ? diskFull(`${formatBytes(free)} are free at ${places.state}: ${problem}`) : thrown;
  });
  await record(places.state, context.clock, { what: "up", outcome: "done" });
  await stay(context, draft, { evidence, tookMs: context.clock.monotonicMs() - began }, events);
}

async function stay(
  context: Context,
  draft: Draft,
  report: Omit<UpReport, "house" | "found">,
  events: ServeEvents & { readonly signal: AbortSignal },
): Promise<void> {
  await standUntilAsked(context, draft, { house: houseOf(draft), found: draft.runtime.found, ...report }, events);
  await endAll(context, draft, events);
}

/** Answers on the control socket while the house stands; when it goes down nobody answers any more. */
async function standUntilAsked(
  context: Context,
  draft: Draft,
  whole: UpReport,
  events: ServeEvents & { readonly signal: AbortSignal },
): Promise<void> {
  const asked = new AbortController();
  await using _control = await listenForControl(draft.places, whole, () => asked.abort());
  events.onReady(whole);
  const ending = AbortSignal.any([events.signal, asked.signal]);
  await Promise.all([
    supervise(context, draft.runtime, ending),
    keepHouse(context, houseOf(draft), ending),
    keepBackedUp(context, houseOf(draft), ending),
  ]);
}

/** What has to be done now and then while the house stands. */
async function keepHouse(context: Context, house: House, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    await rotateLogs(context, house).catch((thrown: unknown) => context.log.error("a log could not be cut", { why: String(thrown) }));
    await context.clock.sleep(60_000, ending).catch(() => undefined); // aborted: the loop ends
  }
}

async function endAll(context: Context, draft: Draft, events: ServeEvents): Promise<void> {
  if (!draft.house) return;
  events.onEnd(await takeDown(context, draft.house, draft.runtime.members));
  await record(draft.places.state, context.clock, { what: "down", outcome: "done" });
}
