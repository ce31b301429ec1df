// What is asked of the API, and what TARGETS asks of the answer: at least so many times pooled Flask, at least that share of
// what the database alone does with the same statements.

export const cases = /** @type {const} */ ([
  { name: "get", title: "GET one task by random id", target: { flask: 5, limit: 0.4 } },
  // Four lists, so that those who ask the same at once share an answer, and lists that nobody else asks for.
  { name: "list", title: "GET a list of 20 by status", target: { flask: 3.3, limit: 0.2 } },
  { name: "page", title: "the same behind a random task", target: { flask: 3.3, limit: 0.2 } },
  { name: "post", title: "POST one task", target: { flask: 2.5, limit: 0.55 } },
]);

/** What every contender is given to add. */
export const posted = {
  title: "A task that somebody adds",
  description: "A description of ordinary length: what to do, and why it matters",
  status: "pending",
  priority: 2,
};

/** What is asked at a fixed rate, and what TARGETS asks of it: half of what the case did at saturation, then a working day's mixture. */
export const halfCases = /** @type {const} */ ([
  { name: "get", title: "GET one, half of saturation", target: { p99Ms: 15 } },
  { name: "post", title: "POST, half of saturation", target: { p99Ms: 30 } },
]);
export const steady = /** @type {const} */ ({
  perSecond: 300,
  title: "300/s, 80 % reads",
  target: { p50Ms: 5, p99Ms: 40, residentBytes: 150_000_000 },
});

/** @typedef {(typeof cases)[number]["name"]} CaseName */

/**
 * One measurement. A contender that speaks no HTTP has no percentiles here.
 * @typedef {{ readonly rate: number, readonly p50Ms?: number, readonly p99Ms?: number, readonly errors: number, readonly errorKinds?: Readonly<Record<string, number>> }} Sample
 */

/**
 * @typedef {{
 *   readonly name: "rowhouse" | "flask" | "limit",
 *   readonly title: string,
 *   readonly versions: Readonly<Record<string, string>>,
 *   readonly measure: (options: { readonly name: CaseName, readonly seconds: number, readonly seed: number }) => Promise<Sample>,
 * }} Contender
 */
