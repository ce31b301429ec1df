// The limits of live changes, each with its reason.

export interface LiveLimits {
  /** Listeners of one instance. */
  readonly listeners: number;
  /** What may wait for one listener before it is let go; it comes back and continues. */
  readonly bufferBytes: number;
  /** Shorter than any timeout on the way: Node's 30 s without a byte, those of proxies. */
  readonly heartbeatMs: number;
  /** Between two looks while nothing happens; also how late a write of another instance can be. */
  readonly pollMs: number;
  /** Between two looks while much happens. */
  readonly paceMs: number;
  /** After a look that failed. */
  readonly retryMs: number;
  /** Events that one look delivers at most. */
  readonly pageRows: number;
  /** How many ids a cursor may lie behind; a listener farther behind reads everything again. */
  readonly behindIds: number;
  /** How many gaps are watched; beyond them the oldest are given up. */
  readonly gaps: number;
  /**
   * How long an id may be taken and not committed. It is taken last, a statement ends after 4 s, and the servers end a transaction
   * that idles for 30 s. A tail that begins reads the ids of this time once: 300,000 of them took a second on a busy machine.
   */
  readonly openForMs: number;
}

export const liveLimits: LiveLimits = {
  listeners: 500,
  bufferBytes: 1_048_576,
  heartbeatMs: 15_000,
  pollMs: 100,
  paceMs: 10,
  retryMs: 500,
  pageRows: 250,
  behindIds: 10_000,
  gaps: 1_000,
  openForMs: 120_000,
};
