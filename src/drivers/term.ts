// The time that a write has. When it is over, nothing of the write begins any more, what the server still does for it is ended, and
// no commit is sent: whoever is told then that it was late finds the database as it stays. Only what was already on its way to be
// committed is in doubt. Time is looked at where it counts, not only waited for: a process that was frozen is late without a timer.
import { Problem } from "../foundation/problem.ts";
import type { Session } from "./driver.ts";

export class Term implements Disposable {
  readonly #ms: number;
  readonly #endMs: number;
  readonly #timer: NodeJS.Timeout;
  #session: Session | undefined;
  #isInDoubt = false;

  constructor(ms: number) {
    this.#ms = ms;
    this.#endMs = performance.now() + ms;
    this.#timer = setTimeout(() => this.#session?.interrupt(), ms);
  }

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Whether something is under way that may be committed without a further word from here. */
  isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** Throws RH-TIME-001 when it is over. */
  check(): void {
    if (this.isOver()) throw new Problem("RH-TIME-001", `the write did not end within ${this.#ms} ms, and was taken back`);
  }

  /** What `session` does is ended when the time is over. Throws as `check` does. */
  hold(session: Session): void {
    this.check();
    this.#session = session;
  }

  /** Runs a statement that commits by itself: it is ended in time, and in doubt until then. */
  async whole<T>(work: () => Promise<T>): Promise<T> {
    this.#isInDoubt = true;
    try {
      return await work();
    } finally {
      this.#isInDoubt = false;
    }
  }

  /** Runs a commit, which is not ended: nobody would know what became of it. */
  commit<T>(work: () => Promise<T>): Promise<T> {
    this.#session = undefined;
    return this.whole(work);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
