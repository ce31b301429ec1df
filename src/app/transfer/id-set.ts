// Ids that were seen, a bit each in pages of 8 KB: a million ids that follow each other take 128 KB. At worst, with ids strewn
// over all that there are, 250 MB.

const pageIds = 65_536;

export class IdSet {
  readonly #pages = new Map<number, Uint8Array>();

  /** False when it was there. */
  add(id: number): boolean {
    const number = Math.floor(id / pageIds);
    const page = this.#pages.get(number) ?? new Uint8Array(pageIds / 8);
    this.#pages.set(number, page);
    const [place, bit] = [(id % pageIds) >> 3, 1 << (id & 7)];
    const isThere = ((page[place] as number) & bit) !== 0;
    page[place] = (page[place] as number) | bit;
    return !isThere;
  }

  has(id: number): boolean {
    const page = this.#pages.get(Math.floor(id / pageIds));
    return page !== undefined && ((page[(id % pageIds) >> 3] as number) & (1 << (id & 7))) !== 0;
  }
}
