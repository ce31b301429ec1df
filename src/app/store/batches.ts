// Reads of single rows, many at once: those that come while a statement is under way wait for each other and go together in the
// next one, so that a busy service asks seldom and for much. A read only ever joins a statement that was not sent yet, and so sees
// whatever was acknowledged before it came.

export interface BatchOptions<Row> {
  /** The rows that are there, by id. */
  readonly read: (ids: readonly number[]) => Promise<ReadonlyMap<number, Row>>;
  /** Most ids of one statement. */
  readonly ids: number;
  /** Most statements at once; a further one starts only when those under way take long. */
  readonly statements: number;
  readonly longMs: number;
}

interface Waiter<Row> {
  readonly id: number;
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/** A function that reads the row with an id, undefined when there is none. What a statement fails with, each of its readers gets. */
export function batched<Row>(options: BatchOptions<Row>): (id: number) => Promise<Row | undefined> {
  let waiting: Waiter<Row>[] = [];
  let underWay = 0;
  let startedMs = 0;
  let isPlanned = false;

  /** At the end of the turn, so that what came in the same one goes along. */
  const plan = () => {
    const mayStart = underWay === 0 || (underWay < options.statements && performance.now() - startedMs > options.longMs);
    if (isPlanned || !mayStart) return;
    isPlanned = true;
    setImmediate(start);
  };
  const start = () => {
    isPlanned = false;
    const batch = waiting.slice(0, options.ids);
    waiting = waiting.slice(options.ids);
    underWay++;
    startedMs = performance.now();
    void answer(options.read, batch).then(() => {
      underWay--;
      if (waiting.length > 0) plan();
    });
  };
  return (id) =>
    new Promise((resolve, reject) => {
      waiting.push({ id, resolve, reject });
      plan();
    });
}

async function answer<Row>(read: BatchOptions<Row>["read"], batch: readonly Waiter<Row>[]): Promise<void> {
  try {
    const rows = await read([...new Set(batch.map(({ id }) => id))]);
    for (const { id, resolve } of batch) resolve(rows.get(id));
  } catch (thrown) {
    for (const { reject } of batch) reject(thrown);
  }
}
