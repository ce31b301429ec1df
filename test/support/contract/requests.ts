// Requests for an operation, from the document alone: some as they should be, some with one thing wrong. What was wished for is
// filled in when the request is sent, and only then is it known whether the request keeps to the document.
import fc from "fast-check";
import type { Contract, Operation, Parameter, SchemaObject } from "./document.ts";
import type { Memory } from "./memory.ts";
import { broken, oddHeaders, oddValues, otherTypes, spoiled } from "./odd.ts";
import { valuesOf } from "./values.ts";

export interface Sent {
  readonly method: string;
  /** As it goes over the wire. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** The value of the parameter in the path, if there is one. */
  readonly id: unknown;
  /** How the request breaks what the document says, undefined when it keeps to it. */
  readonly breach: string | undefined;
}

type Wrong = "nothing" | "path" | "query" | "unknown query" | "repeated query" | "header" | "body" | "raw body" | "content type" | "no body";

interface Draft {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly type: string | undefined;
  readonly body: unknown;
  readonly wrong: Wrong;
  readonly choice: number;
  readonly at: number;
}

const isJson = (type: string) => type === "application/json";

export function draftsOf(contract: Contract, operation: Operation): fc.Arbitrary<Draft> {
  const { parameters = [], requestBody } = operation;
  const types = Object.keys(requestBody?.content ?? {});
  const wrongs: readonly Wrong[] = [
    ...(parameters.some((one) => one.in === "path") ? (["path"] as const) : []),
    ...(parameters.some((one) => one.in === "query") ? (["query", "repeated query"] as const) : []),
    ...(requestBody ? (["body", "body", "body", "raw body", "content type", "no body"] as const) : []),
    ...(["unknown query", "header"] as const),
  ];
  const filled = types.map((type) => fc.record({ type: fc.constant(type), body: bodiesOf(contract, operation, type) }));
  return fc
    .record({
      path: parametersIn(contract, operation, "path"),
      query: parametersIn(contract, operation, "query"),
      headers: parametersIn(contract, operation, "header"),
      filled: filled.length > 0 ? fc.oneof(...filled) : fc.constant({ type: undefined, body: undefined }),
      wrong: fc.oneof(fc.constant<Wrong>("nothing"), fc.constantFrom(...wrongs)),
      choice: fc.nat(100_000),
      at: fc.nat(1_000_000),
    })
    .map(({ filled, ...rest }) => ({ ...rest, ...filled }));
}

function parametersIn(contract: Contract, { parameters = [], collection }: Operation, place: Parameter["in"]): fc.Arbitrary<Record<string, unknown>> {
  const found = parameters.filter((one) => one.in === place);
  const values = found.map(({ name, schema, content }) => {
    if (name === "If-Match") return [name, fc.nat(20)] as const;
    return [name, valuesOf(contract, schema ?? (content?.["application/json"]?.schema as SchemaObject), { collection, name })] as const;
  });
  const requiredKeys = found.filter(({ required, name }) => required || name === "If-Match").map(({ name }) => name);
  const some = fc.subarray(
    found.map(({ name }) => name),
    { maxLength: Math.min(found.length, 3) },
  );
  return fc
    .tuple(some, fc.record(Object.fromEntries(values)))
    .map(([names, all]) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name) || requiredKeys.includes(name))));
}

/** What is not JSON is sent as the document's examples have it. */
function bodiesOf(contract: Contract, { requestBody, collection }: Operation, type: string): fc.Arbitrary<unknown> {
  const schema = requestBody?.content[type]?.schema ?? {};
  const { examples } = contract.resolve(schema);
  return examples ? fc.constantFrom(...examples) : valuesOf(contract, schema, { collection });
}

/** The request as it is sent now, with what is remembered. */
export function settle(contract: Contract, operation: Operation, draft: Draft, memory: Memory): Sent {
  const { wrong, choice, at } = draft;
  const breaches: (string | undefined)[] = [];
  const path = memory.grant(draft.path) as Record<string, unknown>;
  const pathTexts = Object.entries(path).map(([name, value]) => [
    name,
    wrong === "path" ? String(oddValues[choice % oddValues.length]) : text(value),
  ]);
  breaches.push(...breachesIn(contract, operation, "path", pathTexts as [string, string][]));
  const query = queryOf(draft, memory);
  breaches.push(...breachesIn(contract, operation, "query", query));
  const headers = headersOf(operation, draft, memory, path["id"]);
  breaches.push(...breachesIn(contract, operation, "header", Object.entries(headers)));
  const body = bodyOf(draft, memory);
  if (body) headers["content-length"] = String(body.length);
  if (draft.type !== undefined) {
    const type = wrong === "content type" ? otherTypes[choice % otherTypes.length] : [draft.type, `${draft.type}; charset=utf-8`][at % 2];
    if (type !== undefined) headers["content-type"] = type;
    breaches.push(bodyBreach(contract, operation, { type, body }));
  }
  if (wrong === "header") {
    const [name, value] = oddHeaders[choice % oddHeaders.length] as readonly [string, string];
    headers[name] = value;
    breaches.push(...breachesIn(contract, operation, "header", [[name, value]]));
  }
  const target = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(pathTexts.find(([one]) => one === name)?.[1] || " "));
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  return {
    method: operation.method,
    url: search === "" ? target : `${target}?${search}`,
    headers,
    body,
    id: path["id"],
    breach: breaches.find((one) => one !== undefined),
  };
}

function queryOf({ query, wrong, choice, at }: Draft, memory: Memory): [string, string][] {
  const found = Object.entries(memory.grant(query) as object).map(([name, value]) => [name, text(value)] as [string, string]);
  const one = found[at % Math.max(found.length, 1)];
  if (wrong === "query" && one) one[1] = text(oddValues[choice % oddValues.length]);
  if (wrong === "repeated query" && one) found.push([...one]);
  if (wrong === "unknown query") found.push([["extra", "limit ", "Limit", "__proto__", "%00", "a[b]"][choice % 6] as string, "1"]);
  return found;
}

/** If-Match mostly names the version that the row was last seen with. */
function headersOf({ collection }: Operation, draft: Draft, memory: Memory, id: unknown): Record<string, string> {
  const { "If-Match": choice, ...rest } = memory.grant(draft.headers) as Record<string, unknown>;
  const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name.toLowerCase(), latin(text(value))]));
  if (typeof choice !== "number" || choice > 18) return headers;
  const known = memory.versionOf(collection, id) ?? 1;
  return { ...headers, "if-match": ['"1"', "*", 'W/"1"', `"0", "${known}"`][choice] ?? `"${known}"` };
}

function bodyOf({ type = "", body, wrong, choice, at }: Draft, memory: Memory): Buffer | undefined {
  if (body === undefined || wrong === "no body") return undefined;
  const granted = memory.grant(body);
  const value = wrong === "body" && isJson(type) ? spoiled(granted, { choice, at }) : granted;
  const plain = isJson(type) ? JSON.stringify(value) : String(value);
  return wrong === "raw body" || (wrong === "body" && !isJson(type)) ? broken(plain, choice) : Buffer.from(plain);
}

function breachesIn(contract: Contract, operation: Operation, place: Parameter["in"], found: readonly (readonly [string, string])[]) {
  const known = (operation.parameters ?? []).filter((one) => one.in === place);
  return found.map(([name, value], index) => {
    const parameter = known.find((one) => (place === "header" ? one.name.toLowerCase() === name : one.name === name));
    if (!parameter) return place === "query" ? `the query ${name} is unknown` : undefined;
    if (place === "query" && found.findIndex(([one]) => one === name) !== index) return `the query ${name} is there twice`;
    const fault = faultIn(contract, parameter, value);
    return fault === undefined ? undefined : `${place} ${name}: ${fault}`;
  });
}

function faultIn(contract: Contract, { schema, content }: Parameter, value: string): string | undefined {
  const json = content?.["application/json"];
  if (json) return parsed(value, (found) => contract.fault(json.schema, found));
  const isNumber = ["integer", "number"].includes(contract.resolve(schema ?? {}).type ?? "");
  return contract.fault(schema ?? {}, isNumber && /^-?\d+$/.test(value) ? Number(value) : value);
}

function bodyBreach(contract: Contract, { requestBody }: Operation, sent: { readonly type: string | undefined; readonly body: Buffer | undefined }) {
  const type = sent.type?.split(";")[0] ?? "";
  const schema = requestBody?.content[type]?.schema;
  if (!schema || /charset=(?!utf-8)/.test(sent.type ?? "")) return `the content type is ${sent.type}`;
  if (!sent.body?.length) return requestBody.required ? "there is no body" : undefined;
  return isJson(type) ? parsed(sent.body.toString(), (value) => contract.fault(schema, value)) : undefined;
}

function parsed(json: string, judge: (value: unknown) => string | undefined): string | undefined {
  try {
    return judge(JSON.parse(json));
  } catch {
    return "is not JSON";
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
/** A lone surrogate has no place in a URL. */
const encoded = (value: string): string => encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
/** What Node agrees to send as a header. */
const latin = (value: string): string => value.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, "");
