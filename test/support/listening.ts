// A listener of /api/events over a real connection: keeps what it was sent, frame by frame, and can be asked to wait for more.
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { Change } from "../../src/app/api/contract/events.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";

export interface Frame {
  readonly id: string;
  readonly event: string;
  readonly data: Change;
}

export interface Listening {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What came so far; comments are not in it. */
  readonly frames: readonly Frame[];
  /** The id that was sent last, what the listener began with while there is none. */
  lastId(): string | undefined;
  /** Resolves when so many frames are there, or when waiting makes no sense any more. */
  until(count: number): Promise<readonly Frame[]>;
  /** Resolves when the other side ended it. */
  readonly ended: Promise<void>;
  isEnded(): boolean;
  /** True when it was ended in order: not cut off, not killed. */
  isWhole(): boolean;
  stop(): void;
}

export interface ListenOptions {
  /** A port of the loopback, or a unix socket. */
  readonly at: number | string;
  readonly lastId?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly onFrame?: (frame: Frame) => void;
  /** Whether frames are kept, true unless given; where there are many, `onFrame` is enough. */
  readonly keeps?: boolean;
}

const waitMs = 20_000;

/** Resolves with the head of the answer; rejects when there is no answer. */
export async function listenAt({ at, lastId, headers, query = "", onFrame = () => undefined, keeps = true }: ListenOptions): Promise<Listening> {
  const place = typeof at === "number" ? { host: "127.0.0.1", port: at } : { socketPath: at };
  const sent = { host: "localhost", accept: "text/event-stream", ...(lastId === undefined ? {} : { "last-event-id": lastId }), ...headers };
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...place, path: `/api/events${query}`, agent: false, headers: sent }, resolve)
      .once("error", reject)
      .end();
  });
  const frames: Frame[] = [];
  let isEnded = false;
  const ended = new Promise<void>((resolve) => {
    incoming
      .on("error", () => undefined)
      .once("close", () => {
        isEnded = true;
        resolve();
      });
  });
  incoming.setEncoding("utf8").on(
    "data",
    splitter((frame) => {
      if (keeps) frames.push(frame);
      onFrame(frame);
    }),
  );
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    frames,
    lastId: () => frames.at(-1)?.id ?? lastId,
    until: async (count) => {
      await waitFor(systemClock, { withinMs: waitMs, everyMs: 5 }, async () => frames.length >= count || isEnded || undefined);
      return frames;
    },
    ended,
    isEnded: () => isEnded,
    isWhole: () => incoming.complete,
    stop: () => incoming.destroy(),
  };
}

/** Takes text as it comes and gives frames; what is cut off in the middle is dropped, as EventSource does. */
function splitter(onFrame: (frame: Frame) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const parts = (rest + text).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const fields = new Map(part.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      const [id, event, data] = [fields.get("id"), fields.get("event"), fields.get("data")];
      if (id !== undefined && event !== undefined && data !== undefined) onFrame({ id, event, data: JSON.parse(data) });
    }
  };
}
