// Counts requests as they end, by route. On the way of every request, so there are no maps and no texts: each route has its own
// arrays, found in its configuration.
import type { FastifyInstance } from "fastify";
import type { Clock } from "../../platform/clock.ts";
import { RecentRequests } from "./recent.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    meter?: Meter;
  }
}

/** Upper bounds in seconds. */
export const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** They last as long as their files. */
const long = new Set(["/api/tasks/export", "/api/tasks/import"]);
const statusLimit = 600;
const clientWentAway = 499;

export class Meter {
  readonly method: string;
  readonly route: string;
  /** Nobody waits for it, or as long as it takes: not one of the last five minutes. */
  readonly isApart: boolean;
  /** By status. */
  readonly statuses = new Float64Array(statusLimit);
  /** By bucket, and those beyond the last bound. */
  readonly buckets = new Float64Array(bounds.length + 1);
  seconds = 0;

  constructor({ method, route, isApart }: Pick<Meter, "method" | "route" | "isApart">) {
    this.method = method;
    this.route = route;
    this.isApart = isApart;
  }

  add(status: number, seconds: number): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    this.seconds += seconds;
    let bucket = 0;
    while (seconds > (bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
  }
}

export class Meters {
  readonly all: Meter[] = [];
  readonly recent: RecentRequests;
  inWork = 0;
  /** Refused at once because there were too many. */
  shed = 0;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #none = this.add({ method: "any", route: "none", isApart: false });

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.recent = new RecentRequests(clock.monotonicMs());
  }

  /** `meter` is that of the route, undefined where no route took the request. */
  ended(meter: Meter | undefined, { status, wasSent, ms }: { readonly status: number; readonly wasSent: boolean; readonly ms: number }): void {
    const own = meter ?? this.#none;
    own.add(wasSent ? status : clientWentAway, ms / 1_000);
    if (!own.isApart) this.recent.add({ ms, isError: wasSent && status >= 500, nowMs: this.#clock.monotonicMs() });
  }

  add(of: Pick<Meter, "method" | "route" | "isApart">): Meter {
    const meter = new Meter(of);
    this.all.push(meter);
    return meter;
  }
}

/** Meters of every route that is added from now on. */
export function metersOf(app: FastifyInstance, clock: Pick<Clock, "monotonicMs">): Meters {
  const meters = new Meters(clock);
  app.addHook("onRoute", (route) => {
    const { url, method, config } = route;
    const isApart = config?.isProbe === true || config?.isListening === true || long.has(url);
    route.config = { ...config, meter: meters.add({ method: [method].flat().join(), route: url, isApart }) };
  });
  return meters;
}
