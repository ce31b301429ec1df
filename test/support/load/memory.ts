// How a process' memory goes while bytes pass through it: sampled ten times a second, told at shares of the way and in thirds, so
// that what grows with the bytes is told from what a process takes once and keeps.
import { setTimeout as sleep } from "node:timers/promises";

export interface Memory {
  readonly idleBytes: number;
  /** The most above idle until so many percent of the bytes had passed. */
  readonly aboveIdleBytesAt: Readonly<Record<"10 %" | "50 %" | "100 %", number>>;
  /** The most that was held in each third of the bytes, and the fewest samples that a third has. */
  readonly thirdsBytes: readonly [number, number, number];
  readonly leastSamples: number;
}

interface Sample {
  readonly passedBytes: number;
  readonly residentBytes: number;
}

/** `work` says of each piece how many bytes passed. */
export async function memoryWhile(residentBytes: () => Promise<number>, work: (passed: (bytes: number) => void) => Promise<void>): Promise<Memory> {
  const idleBytes = await residentBytes();
  const samples: Sample[] = [];
  let passedBytes = 0;
  const ending = new AbortController();
  const watching = (async () => {
    while (!ending.signal.aborted) {
      samples.push({ passedBytes, residentBytes: await residentBytes() });
      await sleep(100);
    }
  })();
  try {
    await work((bytes) => {
      passedBytes += bytes;
    });
    samples.push({ passedBytes, residentBytes: await residentBytes() });
  } finally {
    ending.abort();
    await watching;
  }
  return toldOf(idleBytes, samples, passedBytes);
}

/** Of each third, below which nothing is said of growth. */
const enoughSamples = 10;

/** What should not be: more than `mostBytes` above idle, or a last third that took more than the second. */
export function memoryFindings(memory: Memory, { mostBytes, growthBytes }: { readonly mostBytes: number; readonly growthBytes: number }): string[] {
  const { aboveIdleBytesAt, thirdsBytes, leastSamples } = memory;
  const [, second, last] = thirdsBytes;
  const found: string[] = [];
  if (aboveIdleBytesAt["100 %"] > mostBytes) found.push(`the application took ${aboveIdleBytesAt["100 %"]} bytes more than idle`);
  if (leastSamples >= enoughSamples && last > second + growthBytes)
    found.push(`the application's memory grew from ${second} bytes in the second third to ${last} in the last`);
  return found;
}

function toldOf(idleBytes: number, samples: readonly Sample[], totalBytes: number): Memory {
  const part = (from: number, to: number) => samples.filter(({ passedBytes }) => passedBytes >= from * totalBytes && passedBytes <= to * totalBytes);
  const most = (of: readonly Sample[]) => of.reduce((highest, one) => Math.max(highest, one.residentBytes), 0);
  const above = (share: number) => Math.max(0, most(part(0, share)) - idleBytes);
  const thirds = [part(0, 1 / 3), part(1 / 3, 2 / 3), part(2 / 3, 1)] as const;
  return {
    idleBytes,
    aboveIdleBytesAt: { "10 %": above(0.1), "50 %": above(0.5), "100 %": above(1) },
    thirdsBytes: [most(thirds[0]), most(thirds[1]), most(thirds[2])],
    leastSamples: Math.min(...thirds.map(({ length }) => length)),
  };
}
