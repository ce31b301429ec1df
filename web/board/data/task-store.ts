// Every task that this page knows, kept once by its id. What the server said is taken by version, so that an older row never
// goes over a newer one, whoever brought it: a page of a list, an event, or the answer to a write. Writes that are not
// confirmed lie over it as overlays; taking one away is the whole of a roll-back.
import type { Task } from "../../../src/app/api/contract/tasks.ts";

/** What a write makes of the tasks while it is not confirmed. Ids below 0 are tasks that have none yet. */
export interface Overlay {
  readonly added?: readonly Task[];
  readonly changed?: ReadonlyMap<number, Partial<Task>>;
  readonly hidden?: ReadonlySet<number>;
}

/** The tasks as they are shown: what is known, with every overlay on it. The same object until something changes. */
export interface Shown {
  readonly all: readonly Task[];
  readonly get: (id: number) => Task | undefined;
}

export interface Sweep {
  /** Forgets what nobody has mentioned since the sweep began, from the id `from` upwards. */
  readonly end: (from: number) => void;
}

export class TaskStore {
  readonly #known = new Map<number, Task>();
  /** Ids are never given twice, so a page that was on its way cannot bring a deleted task back. */
  readonly #deleted = new Set<number>();
  readonly #overlays = new Set<Overlay>();
  readonly #givenIds = new Map<number, number>();
  readonly #listeners = new Set<() => void>();
  #mentioned: Set<number> | undefined;
  #shown: Shown | undefined;
  #batches = 0;
  #isChanged = false;

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  };

  readonly shown = (): Shown => {
    this.#shown ??= lay(this.#known, this.#overlays, this.idOf);
    return this.#shown;
  };

  /** How many tasks the server said there are, as far as it was asked. */
  get size(): number {
    return this.#known.size;
  }

  /** The task as the server last said it is. */
  known(id: number): Task | undefined {
    return this.#known.get(this.idOf(id));
  }

  /** The id that a task has by now, when it was added on this page and had none. */
  readonly idOf = (id: number): number => this.#givenIds.get(id) ?? id;

  put(tasks: readonly Task[]): void {
    for (const task of tasks) {
      this.#mentioned?.add(task.id);
      const known = this.#known.get(task.id);
      if (this.#deleted.has(task.id) || (known && known.version >= task.version)) continue;
      this.#known.set(task.id, task);
      this.#isChanged = true;
    }
    this.#tell();
  }

  drop(ids: Iterable<number>): void {
    for (const id of ids) {
      this.#deleted.add(id);
      if (this.#known.delete(id)) this.#isChanged = true;
    }
    this.#tell();
  }

  /** From now on the task that was added under a temporary id is the one with the id that the server gave it. */
  give(temporaryId: number, id: number): void {
    this.#givenIds.set(temporaryId, id);
    this.#isChanged = true;
    this.#tell();
  }

  cover(overlay: Overlay): void {
    this.#overlays.add(overlay);
    this.#isChanged = true;
    this.#tell();
  }

  uncover(overlay: Overlay): void {
    if (this.#overlays.delete(overlay)) this.#isChanged = true;
    this.#tell();
  }

  /** Several changes that are seen at once. */
  together(work: () => void): void {
    this.#batches += 1;
    try {
      work();
    } finally {
      this.#batches -= 1;
      this.#tell();
    }
  }

  /** Another sweep ends this one: the newest reading knows best. */
  beginSweep(): Sweep {
    const mentioned = new Set<number>();
    this.#mentioned = mentioned;
    return {
      end: (from) => {
        if (this.#mentioned !== mentioned) return;
        this.#mentioned = undefined;
        const gone = [...this.#known.keys()].filter((id) => id >= from && !mentioned.has(id));
        for (const id of gone) this.#known.delete(id);
        this.#isChanged ||= gone.length > 0;
        this.#tell();
      },
    };
  }

  #tell(): void {
    if (this.#batches > 0 || !this.#isChanged) return;
    this.#isChanged = false;
    this.#shown = undefined;
    for (const onChange of this.#listeners) onChange();
  }
}

function lay(known: ReadonlyMap<number, Task>, overlays: ReadonlySet<Overlay>, idOf: (id: number) => number): Shown {
  if (overlays.size === 0) return { all: [...known.values()], get: (id) => known.get(idOf(id)) };
  const laid = new Map<number, Task | undefined>();
  for (const { added = [], changed, hidden } of overlays) {
    for (const task of added) if (idOf(task.id) === task.id) laid.set(task.id, task);
    for (const [temporaryId, change] of changed ?? []) {
      const id = idOf(temporaryId);
      const task = laid.has(id) ? laid.get(id) : known.get(id);
      if (task) laid.set(id, { ...task, ...change });
    }
    for (const id of hidden ?? []) laid.set(idOf(id), undefined);
  }
  const all: Task[] = [];
  for (const [id, task] of known) if (!laid.has(id)) all.push(task);
  for (const task of laid.values()) if (task) all.push(task);
  return { all, get: (id) => (laid.has(idOf(id)) ? laid.get(idOf(id)) : known.get(idOf(id))) };
}
