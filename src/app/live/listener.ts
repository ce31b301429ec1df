// One listener: its connection, and what is kept for it while it catches up. The same bytes go to all listeners, so that an event
// costs its text once. Whoever takes too slowly is let go.
import type { ServerResponse } from "node:http";

export class Listener {
  readonly #response: ServerResponse;
  readonly #bufferBytes: number;
  #kept: Buffer[] | undefined;

  constructor(response: ServerResponse, bufferBytes: number) {
    this.#response = response;
    this.#bufferBytes = bufferBytes;
  }

  /** Sends now. */
  write(bytes: Buffer): void {
    if (this.#waitingBytes() > this.#bufferBytes) this.#response.destroy();
    else if (!this.#response.destroyed) this.#response.write(bytes);
  }

  /** Sends after everything that is to come first. */
  send(bytes: Buffer): void {
    if (!this.#kept) this.write(bytes);
    else if (this.#waitingBytes() > this.#bufferBytes) this.#response.destroy();
    else this.#kept.push(bytes);
  }

  /** From now on `send` waits for `release`. */
  keep(): void {
    this.#kept = [];
  }

  release(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    if (kept.length > 0) this.write(Buffer.concat(kept));
  }

  /** When what was written is on its way, or the listener is gone. */
  async drained(): Promise<void> {
    const response = this.#response;
    if (response.destroyed || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off("drain", done).off("close", done);
        resolve();
      };
      response.on("drain", done).on("close", done);
    });
  }

  /** At once: what is still on its way to one that does not take it is dropped, since it comes back for it. */
  end(): void {
    if (this.#waitingBytes() > 0) this.#response.destroy();
    else this.#response.end();
  }

  isGone(): boolean {
    return this.#response.destroyed;
  }

  #waitingBytes(): number {
    return (this.#kept ?? []).reduce((sum, bytes) => sum + bytes.length, this.#response.writableLength);
  }
}
