// What /metrics tells, read when it is asked for.
import type { Clock } from "../../platform/clock.ts";
import type { VitalsWatch } from "../../platform/vitals.ts";
import type { Live } from "../live/live.ts";
import type { Store } from "../store/store.ts";
import { appVersion } from "../version.ts";
import { backupSamples } from "./backups.ts";
import { expose, type Sample } from "./exposition.ts";
import { bounds, type Meter, type Meters } from "./meters.ts";

export interface FigureSources {
  readonly instance: string;
  readonly clock: Clock;
  readonly store: Pick<Store, "load">;
  readonly live: Pick<Live, "count">;
  readonly vitals: VitalsWatch;
  readonly meters: Meters;
  /** Where it is written down how the backups stand. */
  readonly backupsFile?: string | undefined;
}

export async function figures({ instance, clock, store, live, vitals, meters, backupsFile }: FigureSources): Promise<string> {
  const { residentBytes, heapUsedBytes, heapTotalBytes, cpuSeconds, openDescriptors, descriptorLimit, startedAtSeconds, loopLagSeconds } =
    await vitals.read();
  const pool = store.load();
  const used = meters.all.filter(({ statuses }) => statuses.some((count) => count > 0));
  return expose(
    {
      rowhouse_build_info: [{ labels: { version: appVersion, node: process.versions.node }, value: 1 }],
      rowhouse_http_requests_total: used.flatMap(statusesOf),
      rowhouse_http_request_duration_seconds: {
        bounds,
        of: used.map((meter) => ({ labels: labelsOf(meter), counts: meter.buckets, sum: meter.seconds })),
      },
      rowhouse_http_requests_in_work: meters.inWork,
      rowhouse_http_requests_shed_total: meters.shed,
      rowhouse_event_listeners: live.count(),
      rowhouse_pool_open_connections: pool.open,
      rowhouse_pool_idle_connections: pool.idle,
      rowhouse_pool_waiting_callers: pool.waiting,
      rowhouse_pool_connection_limit: pool.limit,
      ...(await backupSamples(backupsFile, clock)),
      process_cpu_seconds_total: cpuSeconds,
      process_resident_memory_bytes: residentBytes,
      process_open_fds: openDescriptors,
      process_max_fds: descriptorLimit,
      process_start_time_seconds: startedAtSeconds,
      nodejs_heap_size_used_bytes: heapUsedBytes,
      nodejs_heap_size_total_bytes: heapTotalBytes,
      nodejs_eventloop_lag_p50_seconds: loopLagSeconds.p50,
      nodejs_eventloop_lag_p99_seconds: loopLagSeconds.p99,
      nodejs_eventloop_lag_max_seconds: loopLagSeconds.max,
    },
    { instance },
  );
}

/** Only what was counted: most routes answer with few statuses. */
function statusesOf(meter: Meter): readonly Sample[] {
  return [...meter.statuses].flatMap((value, status) => (value === 0 ? [] : [{ labels: { ...labelsOf(meter), status: String(status) }, value }]));
}

function labelsOf({ method, route }: Meter): { readonly method: string; readonly route: string } {
  return { method, route };
}
