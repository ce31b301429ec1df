// What no client should send: values of other types, bodies that are not what they say they are, headers out of place.
import { naughty } from "./values.ts";

export const oddValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e21, "", " ", "1", "null", "true", [], {}, [[]], [null], { id: 1 }],
  ...["\0", "\ud800", "x".repeat(70_000), "🙂".repeat(5_000), "2026-02-30T00:00:00Z", "0000-00-00", "9999-12-31T23:59:60Z", "-1", "1e5", "%", "../"],
  ...[{ eq: { eq: 1 } }, { in: [] }, { $ne: null }, { constructor: { prototype: { admin: true } } }, Array.from({ length: 1_001 }, () => 1)],
  ...naughty,
];

/** `value` with one place in it spoiled: another value, a field less, a field more. `choice` and `at` decide which. */
export function spoiled(value: unknown, { choice, at }: { readonly choice: number; readonly at: number }): unknown {
  const odd = oddValues[choice % oddValues.length];
  if (typeof value !== "object" || value === null || at % 4 === 0) return odd;
  const names = Object.keys(value);
  const name = names[at % Math.max(names.length, 1)] ?? "0";
  const inner = (value as Record<string, unknown>)[name];
  if (Array.isArray(value)) return [...value.slice(0, Number(name)), spoiled(inner, { choice, at: at >> 2 }), ...value.slice(Number(name) + 1)];
  if (at % 4 === 1) return { ...value, [oddNames[choice % oddNames.length] as string]: odd };
  if (at % 4 === 2) return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
  return { ...value, [name]: spoiled(inner, { choice, at: at >> 2 }) };
}

const oddNames = ["extra", "__proto__", "constructor", "id", "version", "created_at", "owner_id", "", "a".repeat(300), "\0", "title", "Title"];

/** A body made of `text` that is none: cut off, doubled, not UTF-8, or not of this world. */
export function broken(text: string, choice: number): Buffer {
  const whole = Buffer.from(text);
  const cut = whole.subarray(0, choice % Math.max(whole.length, 1));
  const forms = [
    () => cut,
    () => Buffer.concat([whole, whole]),
    () => Buffer.concat([cut, Buffer.from([0xff, 0xc0, 0x80]), whole.subarray(cut.length)]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), whole]),
    () => Buffer.from(`${'{"title":'.repeat(5_000)}1${"}".repeat(5_000)}`),
    () => Buffer.from("[".repeat(100_000)),
    () => Buffer.from('{"title":"a","title":"b","priority":1e400}'),
    () => Buffer.alloc(1_100_000, "x"),
    () => Buffer.from(`{"title":"${"x".repeat(1_048_000)}"}`),
    () => Buffer.from("NaN"),
    () => Buffer.from("'single'"),
    () => Buffer.alloc(0),
  ];
  return (forms[choice % forms.length] as () => Buffer)();
}

export const otherTypes: readonly (string | undefined)[] = [
  undefined,
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=latin1",
  "application/jsonx",
  "application/merge-patch+json",
  "APPLICATION/XML",
  "*/*",
  ";",
];

/** Headers that mean something to a server, out of place; each is sent alone. */
export const oddHeaders: readonly (readonly [string, string])[] = [
  ["host", "evil.example"],
  ["host", ""],
  ["origin", "https://evil.example"],
  ["origin", "null"],
  ["sec-fetch-site", "cross-site"],
  ["content-encoding", "gzip"],
  ["content-type", "text/plain"],
  ["accept", "text/html"],
  ["accept", ";;;"],
  ["accept-encoding", "*;q=0"],
  ["range", "bytes=0-10"],
  ["if-none-match", "*"],
  ["if-modified-since", "yesterday"],
  ["if-match", "never"],
  ["if-match", '"99999999999999999999"'],
  ["if-match", 'W/"1"'],
  ["idempotency-key", "x".repeat(2_000)],
  ["idempotency-key", "\u00e9\u00ff"],
  ["last-event-id", "-1"],
  ["last-event-id", "9".repeat(400)],
  ["rowhouse-trace", "yes"],
  ["x-request-id", "<script>"],
  ["x-request-id", "a".repeat(8_000)],
  ["x-forwarded-proto", "https"],
  ["x-http-method-override", "DELETE"],
  ["authorization", "Basic \u00ff"],
  ["cookie", "a=".repeat(2_000)],
  ["upgrade", "websocket"],
];
