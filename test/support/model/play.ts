// Plays random steps against the application and the model side by side, each run in an empty database, and holds one against the
// other after every step. What is found is the shortest run that fast-check could shrink a failure to. Source: fast-check.dev, model-based testing
import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { sql } from "../../../src/foundation/sql.ts";
import type { Database } from "../../app/support.ts";
import { bulkWrites } from "./bulk.ts";
import { reads } from "./reads.ts";
import type { Real } from "./steps.ts";
import { emptyWorld, type World } from "./world.ts";
import { begin, beginnings, writes } from "./writes.ts";

export interface Play {
  readonly database: Database;
  readonly real: Real;
  readonly seed: number;
  /** How many runs. */
  readonly size: number;
  /** Ends with the first failure, as it is: to shrink one takes some hundred runs. */
  readonly isQuick?: boolean;
  readonly signal?: AbortSignal;
  readonly print?: (line: string) => void;
}

export interface Played {
  readonly N: number;
  readonly found: readonly string[];
  /** How often which request was answered with which status. */
  readonly answers: Readonly<Record<string, number>>;
}

const stepsPerRun = 40;
const enoughFound = 3;
const steps = fc.commands([...writes, ...bulkWrites, ...reads], { maxCommands: stepsPerRun, size: "max" });

export async function play({ database, real, seed, size, isQuick = false, signal, print = () => undefined }: Play): Promise<Played> {
  const answers: Record<string, number> = {};
  const counting: Real = {
    ask: async (method, url, ...rest) => {
      const answer = await real.ask(method, url, ...rest);
      const name = `${method} ${url.replace(/\?.*$/, "").replace(/\d+$/, "ID")} ${answer.statusCode}`;
      answers[name] = (answers[name] ?? 0) + 1;
      return answer;
    },
  };
  const property = fc.asyncProperty(beginnings, steps, async (beginning, run) => {
    await clear(database);
    const model = emptyWorld();
    await begin(model, counting, beginning);
    await fc.asyncModelRun(() => ({ model, real: counting }), run);
    await compareEvents(database, model);
  });
  const found: string[] = [];
  let N = 0;
  for (; N < size && found.length < (isQuick ? 1 : enoughFound) && !signal?.aborted; N++) {
    const details = await fc.check(property, { seed: seed * 100_003 + N, numRuns: 1, endOnFailure: isQuick });
    if (details.failed) found.push(`run ${N} of seed ${seed}: ${fc.defaultReportMessage(details)?.slice(0, 4_000)}`);
    if ((N + 1) % 50 === 0) print(`${N + 1} of ${size} runs, ${found.length} found`);
  }
  return { N, found, answers };
}

async function clear(database: Database): Promise<void> {
  await using session = await database.admin();
  for (const table of ["events", "idempotency_keys", "tasks", "projects"]) await session.run(sql`delete from ${sql.id(table)}`);
}

/** As many events of each kind as there were writes, and none of a write that was refused or repeated. */
async function compareEvents(database: Database, world: World): Promise<void> {
  await using session = await database.admin();
  const rows = await session.all<{ kind: string; times: number }>(sql`select kind, count(*) as times from events group by kind order by kind`);
  deepStrictEqual(
    rows.map(({ kind, times }) => [kind, times]),
    [...world.events].sort(),
  );
}
