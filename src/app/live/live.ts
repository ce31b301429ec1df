// Live changes of this instance: how many may listen, their heartbeat, and the tail that serves them all.
import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyBaseLogger, FastifyReply } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import type { Clock } from "../../platform/clock.ts";
import { onGone } from "../api/gone.ts";
import type { EventLog } from "../store/event-log.ts";
import { heartbeat } from "./frames.ts";
import { type LiveLimits, liveLimits } from "./limits.ts";
import { Listener } from "./listener.ts";
import { type From, Tail } from "./tail.ts";

export interface Live {
  /** Answers with the changes from there on, until either side ends it. Throws RH-API-012 when there are enough listeners, RH-API-008 when closing. */
  listen(reply: FastifyReply, from: From): void;
  /** How many listen now. */
  count(): number;
  /** Ends every listener at once; they come back to another instance. */
  close(): void;
}

export interface LiveParts {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  readonly limits?: Partial<LiveLimits> | undefined;
}

export function liveOver({ limits: given, ...parts }: LiveParts): Live {
  const limits = { ...liveLimits, ...given };
  const tail = new Tail({ ...parts, limits });
  const listeners = new Set<Listener>();
  const ignoreWrites = parts.log.watchWrites(() => tail.wake());
  const pulse = setInterval(() => {
    for (const listener of listeners) listener.write(heartbeat);
  }, limits.heartbeatMs);
  pulse.unref();
  let isClosed = false;
  return {
    listen: (reply, from) => {
      if (isClosed) throw new Problem("RH-API-008", "this instance is stopping");
      if (listeners.size >= limits.listeners) throw new Problem("RH-API-012", `${limits.listeners} listeners are connected already`);
      const listener = new Listener(open(reply), limits.bufferBytes);
      listeners.add(listener);
      onGone(reply, () => {
        listeners.delete(listener);
        tail.leave(listener);
      });
      tail.join({ listener, from });
    },
    count: () => listeners.size,
    close: () => {
      isClosed = true;
      clearInterval(pulse);
      ignoreWrites();
      for (const listener of listeners) listener.end();
    },
  };
}

/** The head goes out at once. There is no length and no chunks: the end of the connection is the end of the answer. */
function open(reply: FastifyReply): FastifyReply["raw"] {
  reply.hijack();
  const { raw } = reply;
  raw.removeHeader("transfer-encoding");
  const headers = { ...reply.getHeaders(), "content-type": "text/event-stream", "x-accel-buffering": "no", connection: "close" };
  raw.writeHead(200, headers as OutgoingHttpHeaders);
  raw.flushHeaders();
  return raw;
}
