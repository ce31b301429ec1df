// An import from its first record to its commit: records are checked as they come and added in batches, until the first one that
// is bad; from then on nothing is added any more, and the rest is read for what else is bad, each with its line.
import { isProblem } from "../../foundation/problem.ts";
import type { Import } from "../store/imports.ts";
import { badLineLimit } from "../api/contract/transfer.ts";
import type { Check, Checked } from "./check.ts";
import { Ids } from "./ids.ts";
import { Projects } from "./projects.ts";
import { type Fault, type FileRecord, isFault, type Reader } from "./records.ts";

export interface Plan {
  readonly keepsIds: boolean;
  readonly isDry: boolean;
  readonly check: Check;
}

export type Outcome =
  | { readonly state: "imported"; readonly tasks: number; readonly projects: number }
  | { readonly state: "refused"; readonly faults: readonly Fault[]; readonly isReadWhole: boolean };

/** Rows of one statement: measured, 1,000 and 2,000 are no faster, and while one runs others may have to wait for a new id. */
const batchRows = 500;
const batchBytes = 2_000_000;

/** Whatever it throws, nothing of the file is left once `target` is disposed. */
export async function importFile(file: AsyncIterable<Buffer>, reader: Reader, target: Import, plan: Plan): Promise<Outcome> {
  const run = new ImportRun(target, plan);
  for await (const chunk of file) if (!(await run.take(reader.push(chunk)))) return run.refusal(false);
  if (!(await run.take(reader.end()))) return run.refusal(false);
  return run.finish();
}

class ImportRun {
  readonly #target: Import;
  readonly #plan: Plan;
  readonly #ids: Ids;
  readonly #projects: Projects;
  readonly #faults: Fault[] = [];
  #isAdding: boolean;
  #batch: Checked[] = [];
  #bytes = 0;
  #tasks = 0;

  constructor(target: Import, plan: Plan) {
    this.#target = target;
    this.#plan = plan;
    this.#isAdding = !plan.isDry;
    this.#ids = new Ids(target);
    this.#projects = new Projects(target, this.#ids);
  }

  /** False when there is no reading on. */
  async take(found: Iterable<FileRecord | Fault>): Promise<boolean> {
    for (const one of found) {
      const checked = isFault(one) ? one : this.#plan.check(one);
      if (isFault(checked)) this.#faults.push(checked);
      else this.#keep(checked);
      if (isFault(checked) && checked.isLast) return false;
      if (this.#batch.length >= batchRows || this.#bytes >= batchBytes) await this.#flush();
      if (this.#faults.length >= badLineLimit) return false;
    }
    return true;
  }

  async finish(): Promise<Outcome> {
    await this.#flush();
    if (this.#faults.length > 0) return this.refusal(true);
    const made = { tasks: this.#tasks, projects: this.#projects.made };
    if (this.#isAdding && made.tasks + made.projects > 0) await this.#target.commit(made.tasks);
    return { state: "imported", ...made };
  }

  refusal(isReadWhole: boolean): Outcome {
    const inOrder = this.#faults.sort((one, other) => one.line - other.line);
    return { state: "refused", faults: inOrder.slice(0, badLineLimit), isReadWhole };
  }

  #keep(checked: Checked): void {
    this.#batch.push(checked);
    this.#bytes += checked.bytes;
    if (checked.kind === "task") this.#tasks++;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    this.#faults.push(...(await this.#check(batch)));
    if (this.#faults.length > 0) await this.#abandon();
    if (this.#isAdding) await this.#add(batch).catch((thrown: unknown) => this.#explain(thrown, batch));
    else this.#projects.note(batch);
  }

  async #check(batch: readonly Checked[]): Promise<readonly Fault[]> {
    const projects = await this.#projects.check(batch);
    if (!this.#plan.keepsIds) return projects;
    const ids = this.#ids.check(batch);
    const isToBeAdded = this.#isAdding && this.#faults.length + ids.length + projects.length === 0;
    const bad = new Set(ids.map(({ line }) => line));
    const taken = isToBeAdded ? [] : await this.#ids.taken(batch.filter(({ line }) => !bad.has(line)));
    return [...ids, ...taken, ...projects];
  }

  async #abandon(): Promise<void> {
    if (!this.#isAdding) return;
    this.#isAdding = false;
    await this.#target.abandon();
  }

  async #add(batch: readonly Checked[]): Promise<void> {
    await this.#projects.add(batch);
    const tasks = batch.flatMap((one) => (one.kind === "task" ? [one.task] : []));
    if (tasks.length > 0) await this.#target.addTasks(tasks.map((task) => this.#projects.resolved(task)));
  }

  /** Somebody was faster: what the database refused is looked for again, now that others' rows can be seen. */
  async #explain(thrown: unknown, batch: readonly Checked[]): Promise<void> {
    if (!isProblem(thrown, "RH-DATA-001", "RH-DATA-002")) throw thrown;
    await this.#abandon();
    const faults = [...(this.#plan.keepsIds ? await this.#ids.taken(batch) : []), ...(await this.#projects.gone(batch))];
    if (faults.length === 0) throw thrown;
    this.#faults.push(...faults);
  }
}
