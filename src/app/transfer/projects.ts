// The projects that a file brings or names: looked up by name, made when they are missing, remembered within bounds.
import type { ImportedProject, ImportedTask } from "../api/contract/transfer.ts";
import type { Import, TaskToAdd } from "../store/imports.ts";
import type { Checked } from "./check.ts";
import type { Ids } from "./ids.ts";
import type { Fault } from "./records.ts";

const rememberedLimit = 10_000;

export class Projects {
  readonly #target: Import;
  readonly #ids: Ids;
  /** Of those that are there, id by name. */
  readonly #known = new Map<string, number>();
  readonly #knownIds = new Set<number>();
  /** Names that would have been made: of a dry run, and as many as it names. */
  readonly #noted = new Set<string>();
  #made = 0;

  constructor(target: Import, ids: Ids) {
    this.#target = target;
    this.#ids = ids;
  }

  get made(): number {
    return this.#made + this.#noted.size;
  }

  /** Looks up what the batch names, and refuses ids that lead nowhere. */
  async check(batch: readonly Checked[]): Promise<readonly Fault[]> {
    if (this.#known.size > rememberedLimit) this.#known.clear();
    if (this.#knownIds.size > rememberedLimit) this.#knownIds.clear();
    await this.#lookUp(namesIn(batch).filter((name) => !this.#known.has(name) && !this.#noted.has(name)));
    return this.gone(batch.filter((one) => !this.#knownIds.has(idAlone(one) ?? 0)));
  }

  /** Tasks whose project is given by an id that is not there. */
  async gone(batch: readonly Checked[]): Promise<readonly Fault[]> {
    const ids = new Set(batch.flatMap((one) => idAlone(one) ?? []).filter((id) => !this.#ids.hasProject(id)));
    if (ids.size === 0) return [];
    const found = new Set((await this.#target.projectsWithIds([...ids])).map(({ id }) => id));
    for (const id of found) this.#knownIds.add(id);
    return batch.flatMap((one) => {
      const id = idAlone(one);
      return id === undefined || !ids.has(id) || found.has(id) ? [] : [{ line: one.line, reason: `there is no project ${id}`, field: "project_id" }];
    });
  }

  /** Makes what is missing. */
  async add(batch: readonly Checked[]): Promise<void> {
    const missing = missingIn(batch, this.#known);
    if (missing.length === 0) return;
    this.#made += await this.#target.addProjects(missing);
    await this.#lookUp(missing.map(({ name }) => name));
  }

  /** Counts what `add` would make. */
  note(batch: readonly Checked[]): void {
    for (const { name } of missingIn(batch, this.#known)) this.#noted.add(name);
  }

  resolved({ project, ...task }: ImportedTask): TaskToAdd {
    if (project === undefined) return task;
    return { ...task, project_id: project === null ? null : (this.#known.get(project) ?? null) };
  }

  async #lookUp(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    for (const { id, name } of await this.#target.projectsNamed(names)) this.#known.set(name, id);
  }
}

function namesIn(batch: readonly Checked[]): readonly string[] {
  return [...new Set(batch.flatMap((one) => nameIn(one) ?? []))];
}

function nameIn(one: Checked): string | undefined {
  return one.kind === "project" ? one.project.name : (one.task.project ?? undefined);
}

/** The project of a task that has no name for it. */
function idAlone(one: Checked): number | undefined {
  return one.kind === "task" && one.task.project === undefined ? (one.task.project_id ?? undefined) : undefined;
}

/** Each name once, with what the file says of the project if it does. */
function missingIn(batch: readonly Checked[], known: ReadonlyMap<string, number>): readonly ImportedProject[] {
  const missing = new Map<string, ImportedProject>();
  for (const one of batch) {
    const name = nameIn(one);
    if (name === undefined || known.has(name)) continue;
    if (one.kind === "project" && missing.get(name)?.id === undefined) missing.set(name, one.project);
    else if (!missing.has(name)) missing.set(name, { name });
  }
  return [...missing.values()];
}
