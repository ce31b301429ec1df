// The faults of backups by their ids in CHECKLIST.md and RELIABILITY.md: each is tried on a server of its own per engine, with
// the same seed. `npm run test:faults -- X1` runs one in full.
import type { EngineName } from "../../../../src/engines/engines.ts";
import { base } from "./base.ts";
import { fault11 } from "./broken.ts";
import { fault10 } from "./flips.ts";
import { fault3 } from "./kills.ts";
import { fault5 } from "./space.ts";
import { fault6 } from "./fsync.ts";
import { fault4 } from "./restore-kills.ts";
import { fault9 } from "./clocks.ts";
import { fault18, fault23 } from "./together.ts";
import { sec9 } from "./names.ts";
import { sec12 } from "./dumps.ts";
import { sec16 } from "./watched.ts";
import { openSubject } from "./subject.ts";
import { type BackupFault, save, type Tried } from "./tried.ts";
import { x1 } from "./x1.ts";

export const backupFaults = {
  X1: x1,
  BASE: base,
  "FAULT-3": fault3,
  "FAULT-4": fault4,
  "FAULT-5": fault5,
  "FAULT-6": fault6,
  "FAULT-9": fault9,
  "FAULT-10": fault10,
  "FAULT-11": fault11,
  "FAULT-18": fault18,
  "FAULT-23": fault23,
  "SEC-9": sec9,
  "SEC-12": sec12,
  "SEC-16": sec16,
} as const satisfies Readonly<Record<string, BackupFault>>;

export type BackupFaultId = keyof typeof backupFaults;

export const backupFaultIds = Object.keys(backupFaults) as readonly BackupFaultId[];

/** Returns how much was found. @public scripts/faults.js calls it. */
export async function runBackupSuite(options: {
  readonly ids: readonly BackupFaultId[];
  readonly engines: readonly EngineName[];
  readonly runs: number | undefined;
  readonly seed: number;
  readonly print: (line: string) => void;
  /** Directory for <id>.json. */
  readonly results: string;
  readonly signal: AbortSignal;
}): Promise<number> {
  let found = 0;
  for (const id of options.ids) {
    const all: (Tried & { readonly engine: EngineName })[] = [];
    for (const engine of options.engines) {
      if (options.signal.aborted) break;
      await using subject = await openSubject(engine);
      const tell = (one: Tried) => {
        all.push({ engine, ...one });
        save(options.results, { id, seed: options.seed, tried: all }); // a suite that is ended keeps what it saw
        options.print(`${id} ${engine} ${one.what}: ${one.found === undefined ? one.state : `FOUND ${one.found}`}`);
      };
      await backupFaults[id](subject, { ...options, tell });
    }
    found += all.filter((one) => one.found !== undefined).length;
  }
  return found;
}
