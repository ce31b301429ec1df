// Works that run at once and stand or fall together.

/** Works side by side; when one fails the others are told, and once all have ended what failed first is thrown. */
export async function allOrFirst(works: readonly ((signal: AbortSignal) => Promise<void>)[], outer: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  let first: { readonly thrown: unknown } | undefined;
  const told = (thrown: unknown) => {
    first ??= { thrown };
    failed.abort(thrown);
  };
  await Promise.all(works.map((work) => work(signal).catch(told)));
  if (first) throw first.thrown;
}
