// Whether a listener was told what the table of events holds: each change once, and no version of a task behind a newer one.

export interface Told {
  readonly name: string;
  readonly told: readonly string[];
  readonly others: readonly string[];
}

/** `task 5 version 3 task.changed`: no two changes have the same. */
export function keyOf(kind: string, task: { readonly id: number; readonly version: number }): string {
  return `task ${task.id} version ${task.version} ${kind}`;
}

const shownFaults = 5;

/** What should not have been, in sentences. */
export function faultsOf({ name, told, others }: Told, table: readonly string[]): readonly string[] {
  const seen = new Set(told);
  const wanted = new Set(table);
  const faults = [
    ...table.filter((key) => !seen.has(key)).map((key) => `${key} was missed`),
    ...repeated(told).map((key) => `${key} came twice`),
    ...told.filter((key) => !wanted.has(key)).map((key) => `${key} came and is not in the table`),
    ...backwards([...seen]),
    ...(others.join() === "ready" ? [] : [`was told ${others.join()} beside changes, not ready alone`]),
  ];
  const more = faults.length > shownFaults ? [`and ${faults.length - shownFaults} faults more`] : [];
  return [...faults.slice(0, shownFaults), ...more].map((fault) => `${name}: ${fault}`);
}

function repeated(keys: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return keys.filter((key) => seen.has(key) || !seen.add(key));
}

/** A task is created, changed from version to version, and deleted as it last was. */
function backwards(keys: readonly string[]): readonly string[] {
  const last = new Map<string, { readonly version: number; readonly isDeleted: boolean }>();
  return keys
    .filter((key) => {
      const [, task = "", , version = "", kind] = key.split(" ");
      const before = last.get(task);
      const now = { version: Number(version), isDeleted: kind === "task.deleted" };
      last.set(task, now);
      if (!before) return false;
      return before.isDeleted || now.version < before.version || (now.version === before.version && !now.isDeleted);
    })
    .map((key) => `${key} came behind a newer version`);
}
