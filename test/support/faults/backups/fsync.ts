// FAULT-6: the N-th fsync of a take answers EIO. The take fails loudly, says nothing of success, and has no backup in the store
// unless that was whole before, of which nothing is known then.
import { readFileSync, rmSync } from "node:fs";
import { compileTool } from "../../crash/compiled.ts";
import { backupsIn, falselyGood, forget, leftOver } from "./aftermath.ts";
import { makeKeeper, readyTake } from "./command.ts";
import type { Subject } from "./subject.ts";
import { endOfTrace, traceThreads } from "./trace.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

/** Each of the first, and every third from there on, until a take has no such call any more. */
const firstCalls = 10;
const stride = 3;

export const fault6: BackupFault = async (subject, { runs = 100, signal, tell }) => {
  const tool = compileTool();
  await makeKeeper(subject);
  try {
    for (let run = 0, nth = 1; run < runs && !signal.aborted; run++, nth += nth < firstCalls ? 1 : stride) {
      const one = await tryCall(subject, { tool, nth, signal });
      tell(one);
      if (one.state === "not reached") return;
    }
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

async function tryCall(
  subject: Subject,
  { tool, nth, signal }: { readonly tool: string; readonly nth: number; readonly signal: AbortSignal },
): Promise<Tried> {
  const known = backupsIn(subject.store);
  const take = await readyTake(subject, { tool });
  const log = `${subject.directory}/fsync.strace`;
  const tracer = await traceThreads(take.pid, ["-y", "-o", log, "-e", "trace=fsync", "-e", `inject=fsync:error=EIO:when=${nth}`]);
  take.begin();
  const { exitCode, stdout, stderr } = await take.ended;
  await endOfTrace(tracer);
  const [injected] = readLines(log).filter((line) => line.includes("(INJECTED)"));
  const what = `fsync ${nth} fails: ${injected?.match(/<[^>]*>/)?.[0] ?? "there is none"}`;
  const made = backupsIn(subject.store).filter((one) => !known.includes(one));
  const isLoud = exitCode !== 0 && exitCode !== null && exitCode !== 6;
  const isOfCertificate = made.some((directory) => injected?.includes(`<${directory}`)); // the backup was whole and proved by then
  const isTold = isLoud && made.length === (exitCode === 10 || isOfCertificate ? 1 : 0);
  const wrong = isTold || injected === undefined ? [] : [`exit ${exitCode}, ${made.length} backups: ${(stderr + stdout).slice(-400)}`];
  const proved = injected !== undefined && stdout.includes("PROVED") ? ["it says PROVED"] : [];
  const complaints = [...wrong, ...proved, ...(await falselyGood(subject, known, signal)), ...(await leftOver(subject, [take.pid]))];
  forget(subject.store, known);
  return tried(what, {
    state: injected === undefined ? "not reached" : `exit ${exitCode}`,
    says: stderr.trim().split("\n").slice(-2).join(" | "),
    complaints,
  });
}

function readLines(path: string): readonly string[] {
  return readFileSync(path, "utf8").split("\n");
}
