// The ids that a file brings along (ids=keep): each once, and none that is taken.
import { keptIdLimit } from "../api/contract/transfer.ts";
import type { Import } from "../store/imports.ts";
import type { Checked } from "./check.ts";
import { IdSet } from "./id-set.ts";
import type { Fault } from "./records.ts";

export class Ids {
  readonly #target: Import;
  readonly #seen = { task: new IdSet(), project: new IdSet() };

  constructor(target: Import) {
    this.#target = target;
  }

  /** What is wrong with the ids whatever the database has. */
  check(batch: readonly Checked[]): readonly Fault[] {
    return batch.flatMap((one) => this.#faultOf(one) ?? []);
  }

  /** Whether the file brings a project with this id. */
  hasProject(id: number): boolean {
    return this.#seen.project.has(id);
  }

  /** Those that the database has. Where rows are being added it is the database that says so, and this tells which. */
  async taken(batch: readonly Checked[]): Promise<readonly Fault[]> {
    const tasks = new Map(batch.flatMap((one) => (one.kind === "task" && one.task.id !== undefined ? [[one.task.id, one.line] as const] : [])));
    const taken = tasks.size === 0 ? [] : await this.#target.takenTaskIds([...tasks.keys()]);
    const faults = taken.map((id) => ({ line: tasks.get(id) ?? 0, reason: `there is a task ${id} already`, field: "id" }));
    return [...faults, ...(await this.#takenProjects(batch))];
  }

  #faultOf(one: Checked): Fault | undefined {
    const { line, kind } = one;
    const { id } = one.kind === "task" ? one.task : one.project;
    if (id === undefined) return kind === "task" ? { line, reason: "id is missing, which ids=keep takes over", field: "id" } : undefined;
    if (id > keptIdLimit) return { line, reason: `id is above ${keptIdLimit}, which would leave none for new rows`, field: "id" };
    return this.#seen[kind].add(id) ? undefined : { line, reason: `the ${kind} ${id} is in the file twice`, field: "id" };
  }

  async #takenProjects(batch: readonly Checked[]): Promise<readonly Fault[]> {
    const projects = new Map(
      batch.flatMap((one) =>
        one.kind === "project" && one.project.id !== undefined ? [[one.project.id, { ...one.project, line: one.line }] as const] : [],
      ),
    );
    const found = projects.size === 0 ? [] : await this.#target.projectsWithIds([...projects.keys()]);
    return found.flatMap(({ id, name }) => {
      const project = projects.get(id);
      return !project || project.name === name ? [] : [{ line: project.line, reason: `the project ${id} is another one already`, field: "id" }];
    });
  }
}
