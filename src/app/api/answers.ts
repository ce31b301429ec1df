// What a route says of its answers, for the OpenAPI document: `response: answers({ 200: json(TaskListSchema) }, reading)`. The
// failures are named by their problem codes, from which follow status and form; those that any request may meet are added.
// Source: spec.openapis.org/oas/v3.1.0, Response Object
import { type TSchema, Type } from "@sinclair/typebox";
import { type ProblemCode, problems } from "../../foundation/problems.ts";
import { ProblemSchema } from "./contract/about.ts";

/** What else a route's `schema` may say; Fastify validates with the rest of it. */
declare module "fastify" {
  interface FastifySchema {
    /** A verb and its object, unique: `listTasks`. */
    readonly operationId?: string;
    readonly summary?: string;
    /** What a caller has to know beyond the summary, in a few sentences. */
    readonly description?: string;
    readonly tag?: Tag;
    /** Bodies that are read as a stream and so not validated by a schema, by content type. */
    readonly consumes?: Readonly<Record<string, TSchema>>;
    /** A file of the board: there, but no part of the API. */
    readonly isFile?: true;
  }
}

export const tags = {
  tasks: "Tasks one by one, as lists, as numbers and as files.",
  projects: "Projects, each with the number of its tasks.",
  changes: "Changes as they happen.",
  service: "The service itself: health, figures, what it is.",
} as const;
export type Tag = keyof typeof tags;

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly schema: TSchema; readonly required: boolean }>>;
  readonly content?: Readonly<Record<string, Content>>;
}

interface Content {
  readonly schema: TSchema;
  /** Of each JSON text in a body that is a sequence of them: `itemSchema`, before OpenAPI 3.2 has it. */
  readonly "x-item-schema"?: TSchema;
}

const anyRequest: readonly ProblemCode[] = ["RH-API-001", "RH-API-005", "RH-API-006", "RH-API-008"];
/** Problems of any call that reads the database. */
export const reading: readonly ProblemCode[] = [
  ...(["RH-CONN-001", "RH-CONN-002", "RH-CONN-003", "RH-CONN-005", "RH-CONN-006", "RH-CONN-007"] as const),
  ...(["RH-AUTH-001", "RH-AUTH-002", "RH-TX-001", "RH-TX-002", "RH-TX-003", "RH-TIME-001", "RH-MIG-003"] as const),
];
/** Problems of any call that writes to it. */
export const writing: readonly ProblemCode[] = [
  ...reading,
  ...(["RH-CONN-004", "RH-SRV-001", "RH-SRV-002", "RH-DATA-003", "RH-DATA-004", "RH-DATA-005"] as const),
];
/** Problems of a write that takes an Idempotency-Key. */
export const repeatable: readonly ProblemCode[] = ["RH-API-010"];
/** Problems of a body that is JSON. */
export const sending: readonly ProblemCode[] = ["RH-API-004"];

/** Headers of answers. */
export const versionTag = Type.String({ pattern: '^"[0-9]{1,10}"$', description: "The version, in quotes, as If-Match takes it." });
export const address = Type.String({ pattern: "^/api/", description: "Where what was made is found." });
const fileName = Type.String({ pattern: '^attachment; filename="[a-z0-9.-]+"$', description: "The name to keep it under." });
const retryAfter = Type.String({ pattern: "^[0-9]+$", description: "Seconds after which to try again." });

/** An answer of JSON, with headers that it always has. */
export function json(schema: TSchema, headers: Readonly<Record<string, TSchema>> = {}, description = "done"): Answer {
  return { description, headers: always(headers), content: { "application/json": { schema } } };
}

/** A file to keep, in one of several formats. */
export function file(content: Readonly<Record<string, Content>>): Answer {
  return { description: "the file", headers: always({ "Content-Disposition": fileName }), content };
}

/** A body of many JSON texts, which `schema` tells of as a whole. */
export function sequence(schema: TSchema, item: TSchema): Content {
  return { schema, "x-item-schema": item };
}

export const nothing: Answer = { description: "done, there is nothing to show" };

/** `good` by status, and the problems that the route knows of. */
export function answers(good: Readonly<Record<number, Answer>>, ...codes: readonly (ProblemCode | readonly ProblemCode[])[]): Record<number, Answer> {
  const all = [...new Set([...anyRequest, ...codes.flat()])].sort();
  const found: Record<number, Answer> = { ...good };
  for (const status of new Set(all.map((code) => problems[code].status))) {
    const refusal = refusalOf(all.filter((code) => problems[code].status === status));
    const own = found[status];
    found[status] = own ? { ...own, ...refusal, content: { ...own.content, ...refusal.content } } : refusal;
  }
  return found;
}

function refusalOf(codes: readonly ProblemCode[]): Answer {
  const isBusy = codes.some((code) => problems[code].status === 503 || problems[code].status === 429);
  return {
    description: codes.map((code) => `${code}: ${problems[code].title}`).join("; "),
    headers: always(isBusy ? { "Retry-After": retryAfter } : {}),
    content: { "application/problem+json": { schema: Type.Unsafe({ allOf: [ProblemSchema], properties: { code: { enum: codes } } }) } },
  };
}

function always(headers: Readonly<Record<string, TSchema>>): NonNullable<Answer["headers"]> {
  return Object.fromEntries(Object.entries(headers).map(([name, schema]) => [name, { schema, required: true }]));
}
