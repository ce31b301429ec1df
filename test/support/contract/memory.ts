// What earlier answers showed: ids by collection, the version of each, cursors. Found by the names in the answers alone: an object
// under `task` or in `tasks` that has an `id` is one of the collection `tasks`.
import { Wish } from "./values.ts";

const keptPerCollection = 500;

export class Memory {
  readonly #ids = new Map<string, number[]>();
  readonly #versions = new Map<string, unknown>();
  readonly #cursors = new Map<string, string[]>();

  /** Learns from the body of a good answer of an operation on `collection`. */
  learn(collection: string, body: unknown, name = collection): void {
    if (typeof body !== "object" || body === null) return;
    const { id, version, next } = body as Readonly<Record<string, unknown>>;
    const kind = name.endsWith("s") ? name : `${name}s`;
    if (typeof id === "number") {
      keep(this.#ids, kind, id);
      if (version !== undefined) this.#versions.set(`${kind}/${id}`, version);
    }
    if (typeof next === "string") keep(this.#cursors, collection, next);
    for (const [inner, value] of Object.entries(body)) this.learn(collection, value, Array.isArray(body) ? name : inner);
  }

  forget(collection: string, id: unknown): void {
    const ids = this.#ids.get(collection) ?? [];
    const others = ids.filter((one) => one !== id);
    this.#ids.set(collection, others);
  }

  versionOf(collection: string, id: unknown): unknown {
    return this.#versions.get(`${collection}/${id}`);
  }

  /** `value` with every wish in it granted; a version is that of the id beside it. */
  grant(value: unknown, beside?: unknown): unknown {
    if (value instanceof Wish) return this.#found(value, beside) ?? value.otherwise;
    if (Array.isArray(value)) return value.map((one) => this.grant(one));
    if (typeof value !== "object" || value === null) return value;
    const { id } = value as { readonly id?: unknown };
    const granted = this.grant(id);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, name === "id" ? granted : this.grant(inner, granted)]));
  }

  #found({ what, collection, index }: Wish, beside: unknown): unknown {
    if (what === "version") return this.versionOf(collection, beside);
    const known = (what === "id" ? this.#ids : this.#cursors).get(collection) ?? [];
    return known[known.length - 1 - (index % Math.max(known.length, 1))];
  }
}

function keep<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const list = lists.get(name) ?? [];
  if (list.includes(value)) return;
  lists.set(name, [...list.slice(1 - keptPerCollection), value]);
}
