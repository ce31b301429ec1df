// The comparison that decides: acknowledged ⊆ present ⊆ attempted, by title and id, each title once, and no task without its
// event or event without its task (INV-1). Pure; test/faults/compare.test.ts plants each fault that it must find.

export interface Written {
  readonly attempted: ReadonlySet<string>;
  /** The id that was answered for a title. */
  readonly acknowledged: ReadonlyMap<string, number>;
}

/** What is in the database. */
export interface Present {
  readonly tasks: readonly { readonly id: number; readonly title: string }[];
  readonly events: readonly { readonly kind: string; readonly entityId: number; readonly title: string }[];
}

const shownOfEach = 5;

/** What is wrong, a sentence each; empty when nothing is. */
export function compare(written: Written, present: Present): readonly string[] {
  return [
    ...shorten("acknowledged and lost", lost(written, present)),
    ...shorten("present and never attempted", ghosts(written, present)),
    ...shorten("present more than once", repeated(present.tasks.map(({ title }) => title))),
    ...shorten("tasks without their event", withoutEvent(present)),
    ...shorten("events without their task", withoutTask(present)),
    ...shorten("tasks with more than one event", repeated(created(present).map(({ entityId }) => `task ${entityId}`))),
  ];
}

function lost(written: Written, present: Present): readonly string[] {
  const titles = new Map(present.tasks.map(({ id, title }) => [id, title]));
  return [...written.acknowledged].flatMap(([title, id]) => {
    const seen = titles.get(id);
    return seen === title ? [] : [`${id} "${title}"${seen === undefined ? "" : ` (there is "${seen}")`}`];
  });
}

function ghosts(written: Written, present: Present): readonly string[] {
  return present.tasks.flatMap(({ id, title }) => (written.attempted.has(title) ? [] : [`${id} "${title}"`]));
}

function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

function withoutEvent(present: Present): readonly string[] {
  const titles = new Map(created(present).map(({ entityId, title }) => [entityId, title]));
  return present.tasks.flatMap(({ id, title }) => (titles.get(id) === title ? [] : [`${id} "${title}"`]));
}

function withoutTask(present: Present): readonly string[] {
  const titles = new Map(present.tasks.map(({ id, title }) => [id, title]));
  return created(present).flatMap(({ entityId, title }) => (titles.get(entityId) === title ? [] : [`${entityId} "${title}"`]));
}

/** The events of tasks that were created and not deleted since. */
function created({ events }: Present): Present["events"] {
  const deleted = new Set(events.flatMap(({ kind, entityId }) => (kind === "task.deleted" ? [entityId] : [])));
  return events.filter(({ kind, entityId }) => kind === "task.created" && !deleted.has(entityId));
}

function shorten(what: string, found: readonly string[]): readonly string[] {
  if (found.length === 0) return [];
  const rest = found.length > shownOfEach ? " …" : "";
  return [`${found.length} ${what}: ${found.slice(0, shownOfEach).join(", ")}${rest}`];
}
