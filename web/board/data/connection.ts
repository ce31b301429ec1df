// Whether the server can write. Nothing is asked while all is well; when a call finds the server away, /readyz is asked at
// once, and then every two seconds until the answer is yes.
import { type Cell, cell } from "../../kit/cell.ts";

export interface Readiness {
  readonly isReady: boolean;
  /** Whether the server itself answered; its database may still be away. */
  readonly isAnswering: boolean;
  /** In the server's words. */
  readonly reason?: string | undefined;
}

const hints = ["online", "offline"];
const everyMs = 2_000;
const waitMs = 4_000;

export class Connection {
  readonly state: Cell<Readiness> = cell<Readiness>({ isReady: true, isAnswering: true });
  #asking: Promise<Readiness> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The browser's word on its network is only a hint: a server on this machine answers without one. */
  listen(): () => void {
    const onHint = () => void this.check();
    for (const hint of hints) addEventListener(hint, onHint);
    return () => {
      for (const hint of hints) removeEventListener(hint, onHint);
    };
  }

  /** Asks now; who asks meanwhile shares the answer. */
  check(): Promise<Readiness> {
    this.#asking ??= probe().then((found) => {
      this.#asking = undefined;
      this.#note(found);
      return found;
    });
    return this.#asking;
  }

  async whenReady(): Promise<void> {
    if (this.state.get().isReady) return;
    await new Promise<void>((resolve) => {
      const stop = this.state.subscribe(() => {
        if (!this.state.get().isReady) return;
        stop();
        resolve();
      });
    });
  }

  #note(found: Readiness): void {
    clearTimeout(this.#timer);
    const { isReady, isAnswering, reason } = this.state.get();
    const isSame = found.isReady === isReady && found.isAnswering === isAnswering && found.reason === reason;
    if (!found.isReady) this.#timer = setTimeout(() => void this.check(), everyMs);
    if (!isSame) this.state.set(found);
  }
}

async function probe(): Promise<Readiness> {
  const response = await fetch("/readyz", { signal: AbortSignal.timeout(waitMs) }).catch(() => undefined);
  if (!response) return { isReady: false, isAnswering: false };
  const answer = (await response.json().catch(() => ({}))) as { readonly reason?: string };
  return { isReady: response.ok, isAnswering: response.ok || response.status === 503, reason: response.ok ? undefined : answer.reason };
}
