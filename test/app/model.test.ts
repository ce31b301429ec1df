// The application answers random operations as a model in memory does (acceptance 2; the full count is test/scenes/model.ts). And the
// model sees what is wrong: a service that differs from it in one respect is found out.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { play } from "../support/model/play.ts";
import type { Real } from "../support/model/steps.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

type Asked = Parameters<Real["ask"]>;
type Answer = Awaited<ReturnType<Real["ask"]>>;

/** What a service does otherwise, in its requests or in its answers. */
const faults: Readonly<Record<string, { readonly ask?: (asked: Asked) => Asked; readonly answer?: (body: string, url: string) => string }>> = {
  "forgets the order": { ask: ([method, url, ...rest]) => [method, without(url, "sort"), ...rest] },
  "forgets the filter": { ask: ([method, url, ...rest]) => [method, without(url, "filter"), ...rest] },
  "takes NULL for unequal": {
    ask: ([method, url, ...rest]) => [method, url.replace(/%22ne%22%3Anull/g, "%22eq%22%3Anull"), ...rest],
  },
  "takes % and _ for any text": { ask: ([method, url, ...rest]) => [method, withoutWildcards(url), ...rest] },
  "ignores the version": {
    ask: ([method, url, body, headers]) => [method, url, body, headers?.["if-match"] ? { ...headers, "if-match": "*" } : headers],
  },
  "makes a repeated request again": { ask: ([method, url, body, { "idempotency-key": _key, ...headers } = {}]) => [method, url, body, headers] },
  "makes a bulk write from its end": { ask: ([method, url, body, headers]) => [method, url, reversed(body), headers] },
  "loses the last row of a page": { answer: (body, url) => (url.includes("sort=") ? body.replace(/,\{"id":\d+,"title":[^{}]*\}\]/, "]") : body) },
  "rounds an average down": { answer: (body) => body.replace(/"avg":(-?\d+\.\d{5})\d/g, '"avg":$10') },
  "cuts microseconds": { answer: (body) => body.replace(/\.000001Z/g, ".000000Z") },
  "shows a name for a missing project": { answer: (body) => body.replace(/"project":null/g, '"project":{"id":1,"name":"none"}') },
};

describe.each(engines)("the model on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("agrees with the application in 40 runs", async () => {
    const { N, found } = await play({ database, real: application, seed: 1, size: 40 });
    expect([N, found]).toStrictEqual([40, []]);
  });

  test.each(Object.keys(faults))("finds out an application that %s", async (name) => {
    const { ask = (asked: Asked) => asked, answer = (body: string) => body } = faults[name] ?? {};
    const real: Real = { ask: async (...asked) => told(await application.ask(...ask(asked)), (body) => answer(body, asked[1])) };
    const { found } = await play({ database, real, seed: 1, size: 100, isQuick: true });
    expect(found).not.toStrictEqual([]);
  });
});

function told(answer: Answer, change: (body: string) => string): Answer {
  const body = change(answer.body);
  if (body === answer.body) return answer;
  return Object.assign(Object.create(answer) as Answer, { body, json: () => JSON.parse(body) });
}

/** A search for, or a part of a text that is, one of the two alone is left empty, and so is found everywhere. */
function withoutWildcards(url: string): string {
  return url.replace(/search=(?:%25|_)(?=&|$)/, "").replace(/((?:contains|starts_with|ends_with)%22%3A%22)(?:%25|_)%22/g, "$1%22");
}

/** The operations of a bulk write from the last to the first. */
function reversed(body: unknown): unknown {
  const { operations } = (body ?? {}) as { readonly operations?: readonly unknown[] };
  return operations ? { operations: operations.toReversed() } : body;
}

function without(url: string, parameter: string): string {
  return url.replace(new RegExp(`([?&])${parameter}=[^&]*`), "$1");
}
