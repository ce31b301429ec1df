// The processes of a house while it is up. A member that is already running as wanted is adopted, not restarted: after a
// `kill -9` of everything but one tier, that tier never notices. A member whose program changed is replaced.
import { createHash } from "node:crypto";
import type { Evidence } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { readTail } from "../../platform/files.ts";
import { adopt, diskFull, type Program, type Running, saysDiskFull, start, stop } from "../../platform/processes.ts";
import type { Tell } from "../../foundation/plan.ts";
import type { HouseConfig } from "./house.ts";
import type { Places } from "./places.ts";
import { type HouseState, livingMembers, type MemberState, readState, type Restarts, writeState } from "./state.ts";

export interface Member {
  /** `database`, `app-1`, `proxy`. */
  readonly name: string;
  readonly program: Program;
  readonly logPath: string;
  /** What, besides its command line, makes a running process the wanted one: the content of its settings. */
  readonly settings: string;
  readonly stopSignal: NodeJS.Signals;
  readonly graceMs: number;
  /** Said by `status` beside the tier. */
  readonly note?: string;
  /** How long it may take until `probe` succeeds, crash recovery included. */
  readonly readyWithinMs: number;
  /** Clears what a killed predecessor left. */
  readonly beforeStart: () => Promise<void>;
  /** Throws while the member does not do its work. */
  readonly probe: () => Promise<Evidence>;
}

export interface Held {
  readonly member: Member;
  readonly running: Running;
}

export class Runtime {
  readonly #context: Context;
  readonly #places: Places;
  readonly #held = new Map<string, Held>();
  readonly #config: () => HouseConfig | undefined;
  readonly #startedHere = new Set<string>();
  readonly #restarts = new Map<string, Restarts>();
  #writing: Promise<void> = Promise.resolve();

  /** `config` is what the house is by now, for the record. */
  constructor(context: Context, places: Places, config: () => HouseConfig | undefined) {
    this.#context = context;
    this.#places = places;
    this.#config = config;
  }

  get held(): readonly Held[] {
    return [...this.#held.values()];
  }

  /** What is held, as it is recorded. */
  get members(): HouseState["members"] {
    return Object.fromEntries(this.held.map(({ member, running }) => [member.name, this.#recordOf(member, running)]));
  }

  /** Names of the members that ran already and were left alone. */
  get found(): readonly string[] {
    return [...this.#held.keys()].filter((name) => !this.#startedHere.has(name)).toSorted();
  }

  /** To be told by `status`; recorded when the member is back. */
  countRestart(name: string, why: string | undefined): void {
    const lastAt = this.#context.clock.now().toISOString();
    this.#restarts.set(name, { count: (this.#restarts.get(name)?.count ?? 0) + 1, lastAt, ...(why === undefined ? {} : { why }) });
  }

  /** Brings a member up, or finds it up; returns what its probe saw. Throws RH-HOUSE-005 with the end of its log. */
  async bringUp(member: Member, { signal, tell }: { readonly signal: AbortSignal; readonly tell?: Tell }): Promise<Evidence> {
    const before = (await livingMembers(this.#places))[member.name];
    const wanted = fingerprintOf(member);
    if (before?.restarts && !this.#restarts.has(member.name)) this.#restarts.set(member.name, before.restarts);
    if (before && before.fingerprint !== wanted) {
      tell?.(`restart ${member.name}: it runs with another program or other settings`);
      await stop(before.identity, this.#stopOptions(member));
    }
    const isThere = before?.fingerprint === wanted;
    if (!isThere) await member.beforeStart();
    if (!isThere) this.#startedHere.add(member.name);
    const running = isThere ? adopt(before.identity, this.#context.clock) : await start({ ...member.program, logPath: member.logPath });
    await this.#hold({ member, running });
    return this.#untilReady(member, running, signal);
  }

  /** Ends what this run started, last first, and leaves what it found running: for when bringing the house up fails. */
  async endStarted(): Promise<void> {
    for (const { member, running } of this.held.toReversed()) {
      if (!this.#startedHere.has(member.name)) continue;
      await stop(running.identity, this.#stopOptions(member));
      this.#held.delete(member.name);
    }
    await this.#record();
  }

  async #hold(held: Held): Promise<void> {
    this.#held.set(held.member.name, held);
    await this.#record();
  }

  /** One after the other, so that the record never goes back. */
  async #record(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const config = this.#config() ?? (await readState(this.#places)).config;
    await writeState(this.#places, { ...(config ? { config } : {}), members: { ...(await livingMembers(this.#places)), ...this.members } });
  }

  #recordOf(member: Member, running: Running): MemberState {
    const restarts = this.#restarts.get(member.name);
    return {
      identity: running.identity,
      fingerprint: fingerprintOf(member),
      ...(member.note === undefined ? {} : { note: member.note }),
      ...(restarts ? { restarts } : {}),
    };
  }

  async #untilReady(member: Member, running: Running, signal: AbortSignal): Promise<Evidence> {
    const { clock } = this.#context;
    const end = clock.monotonicMs() + member.readyWithinMs;
    let isGone = false;
    void running.gone.then(() => {
      isGone = true;
    });
    for (;;) {
      const seen = await member.probe().catch((thrown: unknown) => thrown);
      if (!(seen instanceof Error)) return seen as Evidence;
      if (isGone || clock.monotonicMs() > end) throw await this.#notReady(member, isGone, seen);
      await clock.sleep(30, signal);
    }
  }

  async #notReady(member: Member, isGone: boolean, cause: Error): Promise<Problem> {
    const lines = (await readTail(member.logPath, 2_000)).trim().split("\n").slice(-4).join(" | ");
    if (saysDiskFull(lines)) return diskFull(`${member.name} cannot start: ${lines}`);
    const seen = isGone ? "ended while starting" : `did not get ready within ${member.readyWithinMs / 1000} s: ${cause.message}`;
    return new Problem("RH-HOUSE-005", `${member.name} ${seen}; its log ends with: ${lines}`, { cause, hint: `Read ${member.logPath}` });
  }

  #stopOptions(member: Member) {
    return { ask: member.stopSignal, graceMs: member.graceMs, clock: this.#context.clock };
  }
}

function fingerprintOf(member: Member): string {
  const { argv, env, cwd, owner } = member.program;
  return createHash("sha256")
    .update(JSON.stringify([argv, env, cwd, owner, member.settings]))
    .digest("hex")
    .slice(0, 32);
}
