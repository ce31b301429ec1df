// A body that is read as it comes, piece by piece, as fast as it is wanted. It ends with the request, with the client, after a
// while without a byte, and at a limit.
import type { Readable } from "node:stream";
import { Problem } from "../../foundation/problem.ts";

export interface UploadLimits {
  /** Without a byte while one is waited for. */
  readonly stillMs: number;
  readonly wholeMs: number;
  readonly bytes: number;
}

/** Throws RH-API-001 when the client goes away or stalls, RH-API-004. The stream itself is left open: an answer may still go out. */
export async function* piecesOf(body: Readable, { stillMs, wholeMs, bytes: limitBytes }: UploadLimits): AsyncGenerator<Buffer> {
  let wake: () => void = () => undefined;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    wake();
  }, wholeMs);
  const onChange = () => wake();
  for (const event of ["readable", "end", "error", "close"]) body.on(event, onChange);
  try {
    for (let bytes = 0; ; ) {
      if (isLate) throw new Problem("RH-API-001", `the body took more than ${wholeMs} ms`, { field: "body" });
      const piece = body.read() as Buffer | null;
      if (piece !== null) {
        bytes += piece.length;
        if (bytes > limitBytes) throw new Problem("RH-API-004", `the body has more than ${limitBytes} bytes`);
        yield piece;
      } else if (body.readableEnded) return;
      else if (body.destroyed) throw new Problem("RH-API-001", "the client went away before the end of the body", { field: "body" });
      else {
        const moved = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (!(await within(stillMs, moved))) throw new Problem("RH-API-001", `no byte of the body came for ${stillMs} ms`, { field: "body" });
      }
    }
  } finally {
    clearTimeout(timer);
    for (const event of ["readable", "end", "error", "close"]) body.off(event, onChange);
  }
}

async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets the rest of a body come and go, so that a client that is still sending can hear the answer; then hangs up. */
export function dropRest(body: Readable & { readonly socket?: { destroy(): void } }, ms: number): void {
  if (body.readableEnded || body.destroyed) return;
  const timer = setTimeout(() => body.socket?.destroy(), ms);
  timer.unref();
  for (const event of ["end", "close"]) body.once(event, () => clearTimeout(timer));
  body.on("error", () => undefined); // the client went away, which is as well
  body.resume();
}
