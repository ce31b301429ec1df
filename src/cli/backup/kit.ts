// rowhouse backup kit: exit 0 when the kit was written, read back or taken over; 6 when it cannot be used.
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { perform, planText } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { goOnWith, checkKit, kitNotes, type KitSubject, planKit, readKitText, subjectName } from "../../operations/backup/kit.ts";
import { keysDirectory } from "../../operations/backup/keys.ts";
import { houseStore, targetsStore } from "../../operations/backup/source.ts";
import { placesOf } from "../../operations/stack/places.ts";
import { parseDatabaseTarget } from "../../operations/stack/target.ts";
import type { Invocation } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { planLines, showPlan } from "../output.ts";
import { textOption } from "../parse.ts";

const acts = { to: make, check, use } as const;
type Act = keyof typeof acts;

export async function kit(invocation: Invocation): Promise<number> {
  const given = (Object.keys(acts) as readonly Act[]).filter((name) => textOption(invocation.options, name) !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1)
    throw new Problem("RH-USE-001", given.length === 0 ? "nothing to do with a kit was said" : `--${given.join(" and --")} at once`, {
      hint: "Give one of --to FILE (make), --check FILE (read back), --use FILE (go on with its keys here).",
    });
  await acts[name](invocation, textOption(invocation.options, name) ?? "");
  return 0;
}

async function make(invocation: Invocation, file: string): Promise<void> {
  const { context, output, options, directory, signal } = invocation;
  const subject = await subjectOf(invocation);
  const to = resolve(directory, file);
  const plan = await planKit(context, { to, subject });
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return;
  }
  const evidence = await perform(plan, { signal, onStep: ({ title }) => output.progress(title) });
  const notes = await kitNotes(context, subject);
  output.envelope({ evidence, result: { file: to, for: subjectName(subject), notes } });
  output.advice(
    `The recovery kit for ${subjectName(subject)} is ${to}. Backups are encrypted from now on, and without this file they are lost with this machine.`,
  );
  output.advice(
    `Put it away from this machine and from the backups, and remove it here. Then read it back from there: \`rowhouse backup kit --check FILE\``,
  );
  for (const note of notes) output.advice(`! ${note}`);
}

async function check(invocation: Invocation, file: string): Promise<void> {
  const { context, output, directory } = invocation;
  const subject = await subjectOf(invocation);
  const path = file === "-" ? file : resolve(directory, file);
  const text = path === "-" ? await readAll(process.stdin) : await readKitText(path);
  const checked = await checkKit(context, { path, text, data: subject.data });
  output.envelope({
    result: { file: path, made: checked.kit.made, recipient: checked.kit.recipient, signer: checked.kit.signer, notes: checked.notes },
  });
  output.advice(`The kit of ${checked.kit.made} is whole and holds the keys that are in use.`);
  for (const note of checked.notes) output.advice(`! ${note}`);
}

async function use({ context, output, options, directory }: Invocation, file: string): Promise<void> {
  const path = resolve(directory, file);
  const steps = [
    { title: `take over the keys of ${path}`, why: "backups are read, believed, encrypted and signed with them", writes: [keysDirectory(context)] },
  ];
  if (options["dry-run"]) {
    const plan = { title: "go on with a recovery kit's keys", steps };
    output.envelope({ plan });
    for (const line of planLines(plan, output.width)) output.line(line);
    return;
  }
  const { recipient, signer } = await goOnWith(context, path);
  output.envelope({ result: { file: path, keys: keysDirectory(context), recipient, signer } });
  output.advice(`The keys of ${path} count here now; they are in ${keysDirectory(context)}.`);
}

/** The house, or the databases of other servers where --target is given or there is no house. */
async function subjectOf(invocation: Invocation): Promise<KitSubject> {
  const { context, options, directory } = invocation;
  const [target, given] = [textOption(options, "target"), textOption(options, "store")];
  const store = given === undefined ? undefined : resolve(directory, given);
  const targets = { house: undefined, stores: [store ?? targetsStore(context)], data: undefined };
  if (target !== undefined) return { ...targets, engines: [parseDatabaseTarget(target).engine.name] };
  try {
    const { house } = await foundHouse(invocation);
    const { engine, major, target: server } = house.config;
    const data = server === undefined ? placesOf(context, house.directory).data : undefined;
    return { house: house.directory, engines: [`${engine} ${major}`], stores: [store ?? houseStore(context, house)], data };
  } catch (thrown) {
    if (!isProblem(thrown, "RH-HOUSE-001") || options["house"] !== undefined) throw thrown;
    return { ...targets, engines: [] };
  }
}
