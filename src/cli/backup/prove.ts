// rowhouse backup prove: exit 0 when every backup that was meant is proved, 6 when one failed or is none, 10 when one could not be
// proved here.
import { perform, planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { dueProofs } from "../../operations/backup/due.ts";
import { findBackup } from "../../operations/backup/find.ts";
import { type ListedBackup, staleAfterMs } from "../../operations/backup/list.ts";
import { planProofs, type ProvedAgain } from "../../operations/backup/prove-again.ts";
import { giveWay } from "../../platform/processes.ts";
import type { Invocation } from "../command.ts";
import { type Output, showPlan, whileLive } from "../output.ts";
import { exitCodes, printEvidence, printProof } from "./proof.ts";
import { ageIn, percentIn } from "./proof-options.ts";
import { backupsOf, type StoredBackups } from "./stores.ts";

export async function prove(invocation: Invocation): Promise<number> {
  giveWay(process.pid);
  const { context, output, options, signal } = invocation;
  const proved: ProvedAgain[] = [];
  const percent = percentIn(options, "sample");
  const isDue = options["due"] === true;
  if (!isDue && ageIn(options, "every")) throw new Problem("RH-USE-001", "--every without --due", { field: "every", hint: "Add --due." });
  await using stored = await backupsOf(invocation);
  const backups = isDue ? due(invocation, stored) : meant(invocation, stored);
  const plan = await planProofs(context, {
    backups,
    mirror: stored.mirror,
    samplePercent: ({ state }) => (isDue && state !== "PROVED" ? undefined : percent), // a sample is no first proof
    onProgress: whileLive(output),
    onProved: (one) => {
      proved.push(one);
      print(output, one);
    },
  });
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  const evidence = await perform(plan, { signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ evidence, result: proved.map(resultOf) });
  if (backups.length === 0) output.line("No proof is due.");
  const codes = proved.map(({ proof }) => exitCodes[proof?.state ?? "FAILED"]);
  return codes.find((code) => code === exitCodes.FAILED) ?? Math.max(0, ...codes);
}

/** Those whose proof is older than --every, or that have none. */
function due(invocation: Invocation, { backups }: StoredBackups): readonly ListedBackup[] {
  const { context, operands, options } = invocation;
  const [name] = operands;
  if (options["all"] || name !== undefined)
    throw new Problem("RH-USE-001", `--due and ${name ?? "--all"}`, { field: "due", hint: "Give one of the two." });
  return dueProofs(backups, { now: context.clock.now(), everyMs: ageIn(options, "every")?.ms ?? staleAfterMs });
}

function meant(invocation: Invocation, { store, backups }: StoredBackups): readonly ListedBackup[] {
  const { operands, options } = invocation;
  const [name] = operands;
  if (options["all"] && name !== undefined) throw new Problem("RH-USE-001", `--all and ${name}`, { hint: "Give one of the two." });
  const one = options["all"] ? undefined : findBackup({ name, backups, store });
  const all = one ? [one] : backups.filter(({ state }) => state !== "UNFINISHED");
  if (one?.state === "UNFINISHED") throw new Problem("RH-BACKUP-003", `${one.id} is not finished: ${one.because}`);
  if (all.length > 0) return all.toReversed(); // the oldest first, so that the newest has the newest proof
  throw new Problem("RH-BACKUP-010", `there is no backup in ${store}`, { hint: "Take one: `rowhouse backup take`." });
}

function resultOf({ backup, proof }: ProvedAgain) {
  const { id, directory } = backup;
  if (!proof) return { id, directory, state: "BROKEN", because: backup.because };
  const { state, at, tookMs, sample, because, verdict } = proof;
  return { id, directory, state, at, tookMs, ...(sample ? { sample, because } : {}), verdict };
}

function print(output: Output, { backup, proof }: ProvedAgain): void {
  const { id, directory, because } = backup;
  if (!proof) {
    output.line(`BROKEN     ${id}: ${because ?? "it cannot be read"}`, "red");
    return;
  }
  if (proof.verdict.state !== "unknown") printEvidence(output, proof.verdict.evidence);
  printProof(output, { ...proof, id, directory });
  if (proof.state === "TAKEN" && backup.state === "PROVED")
    output.advice(`! what was proved before stays so: ${id} was proved at ${backup.provedAt}`);
}
