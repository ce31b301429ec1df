// Calls that go to the database together: those that come while a statement is under way wait for each other and go in the next
// one, so that a busy service asks seldom and for much. A call only ever joins a statement that was not sent yet, and so sees
// whatever was acknowledged before it came.

export interface BatchOptions<Item, Result> {
  /** One statement for all of them; the results in their order, or what is still to become them. */
  readonly run: (items: readonly Item[]) => Promise<readonly (Result | Promise<Result>)[]>;
  /** Most of one statement. */
  readonly items: number;
  /** Statements under way that a further one does not wait for. */
  readonly atOnce: number;
  /** Most statements under way; those beyond `atOnce` start only when the last one takes long. */
  readonly statements: number;
  readonly longMs: number;
}

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result | Promise<Result>) => void;
  readonly reject: (reason: unknown) => void;
}

/** A function that gives the result of one item. What a statement fails with, each that is in it gets. */
export function batched<Item, Result>(options: BatchOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { items, atOnce, statements, longMs } = options;
  let waiting: Waiter<Item, Result>[] = [];
  let underWay = 0;
  let isPlanned = false;
  let patience: NodeJS.Timeout | undefined;

  /** At the end of the turn, so that what came in the same one goes along. */
  const plan = () => {
    if (isPlanned || underWay >= statements) return;
    if (underWay >= atOnce) {
      patience ??= setTimeout(() => startAtEnd(), longMs);
      return;
    }
    startAtEnd();
  };
  const startAtEnd = () => {
    clearTimeout(patience);
    patience = undefined;
    isPlanned = true;
    setImmediate(start);
  };
  const start = () => {
    isPlanned = false;
    const batch = waiting.slice(0, items);
    waiting = waiting.slice(items);
    underWay++;
    void answer(options.run, batch).then(() => {
      underWay--;
      if (waiting.length > 0) plan();
    });
    if (waiting.length > 0) plan();
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      plan();
    });
}

async function answer<Item, Result>(run: BatchOptions<Item, Result>["run"], batch: readonly Waiter<Item, Result>[]): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item));
    batch.forEach(({ resolve }, at) => {
      resolve(results[at] as Result | Promise<Result>);
    });
  } catch (thrown) {
    for (const { reject } of batch) reject(thrown);
  }
}

/** A function that answers a question by `read`, once for all who ask the same at a time. */
export function shared<T>(
  options: Pick<BatchOptions<undefined, T>, "statements" | "longMs">,
): (question: string, read: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, { readonly ask: (item: undefined) => Promise<T>; callers: number }>();
  const toAll = (read: () => Promise<T>) =>
    batched<undefined, T>({
      ...options,
      items: Number.POSITIVE_INFINITY,
      atOnce: 1,
      run: async (callers) => {
        const result = await read();
        return callers.map(() => result);
      },
    });
  return async (question, read) => {
    const one = asked.get(question) ?? { ask: toAll(read), callers: 0 };
    asked.set(question, one);
    one.callers++;
    try {
      return await one.ask(undefined);
    } finally {
      if (--one.callers === 0) asked.delete(question);
    }
  };
}
