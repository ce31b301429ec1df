// Every way of printing a secret gives `***`; `reveal` is the only way out.
import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Problem } from "../../../src/foundation/problem.ts";
import { Secret } from "../../../src/foundation/secret.ts";

const word = "correct horse battery staple";
const secret = new Secret(word);

const prints: Readonly<Record<string, () => string>> = {
  "String()": () => String(secret),
  "a template": () => `${secret}`,
  "joining with a string": () => ["", secret].join(""),
  "JSON.stringify": () => JSON.stringify({ secret, list: [secret] }),
  inspect: () => inspect(secret),
  "inspect of what holds it, with everything shown": () =>
    inspect({ inner: { secret } }, { depth: null, showHidden: true, getters: true, customInspect: true }),
  "inspect without custom inspection": () => inspect(secret, { customInspect: false, showHidden: true }),
  "console's format": () => format("%s %o %O %j", secret, secret, secret, secret),
  "an Error's message": () => inspect(new Error(`no login with ${secret}`)),
  "an Error's cause": () => inspect(new Error("no login", { cause: secret })),
  "a Problem": () => `${inspect(new Problem("RH-AUTH-001", `no login with ${secret}`, { cause: { secret } }))}`,
  "its keys and values": () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret).map(String)]),
  "a copy of its fields": () => JSON.stringify({ ...secret }),
  "a structured clone": () => JSON.stringify(structuredClone(secret)),
};

describe("a secret", () => {
  test.each(Object.entries(prints))("is not shown by %s", (_way, print) => {
    expect(print()).not.toContain(word);
  });

  test("is shown as three stars where it stands for itself", () => {
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual(["***", '"***"', "***"]);
  });

  test("comes out by reveal", () => {
    expect(secret.reveal()).toBe(word);
  });
});
