// What this process takes of the machine, and how late its event loop runs.
// Source: nodejs.org/api/process.html, nodejs.org/api/perf_hooks.html, proc(5)
import { readdir, readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface Vitals {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** User and system, since the start. */
  readonly cpuSeconds: number;
  readonly openDescriptors: number;
  readonly descriptorLimit: number;
  /** Since 1970. */
  readonly startedAtSeconds: number;
  /** How much later than asked for timers ran, since they were last read. */
  readonly loopLagSeconds: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface VitalsWatch extends Disposable {
  read(): Promise<Vitals>;
}

const resolutionMs = 50;

/** Starts to look at the event loop, 20 times a second. */
export function watchVitals(): VitalsWatch {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    read: async () => {
      const { rss, heapUsed, heapTotal } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const loopLagSeconds = { p50: lag(delay.percentile(50)), p99: lag(delay.percentile(99)), max: lag(delay.max) };
      delay.reset();
      return {
        residentBytes: rss,
        heapUsedBytes: heapUsed,
        heapTotalBytes: heapTotal,
        cpuSeconds: (user + system) / 1e6,
        openDescriptors: (await readdir("/proc/self/fd")).length - 1, // one of them reads the directory
        descriptorLimit: Number(/^Max open files +(\d+)/m.exec(await readFile("/proc/self/limits", "utf8"))?.[1] ?? Number.NaN),
        startedAtSeconds: performance.timeOrigin / 1_000,
        loopLagSeconds,
      };
    },
    [Symbol.dispose]: () => void delay.disable(),
  };
}

/** Of the time between two looks, in nanoseconds; there may have been none yet. */
function lag(betweenNs: number): number {
  return Number.isFinite(betweenNs) ? Math.max(betweenNs / 1e9 - resolutionMs / 1_000, 0) : 0;
}
