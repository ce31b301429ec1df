// A problem carries its code, and from the table its exit code and status; what is no problem becomes one with its cause.
import { describe, expect, test } from "vitest";
import { verdictOf } from "../../../src/foundation/evidence.ts";
import { isProblem, Problem, toProblem } from "../../../src/foundation/problem.ts";

const taken = new Problem("RH-NET-001", "port 5432 is taken by pid 7", { hint: "Stop it.", field: "port", cause: new Error("EADDRINUSE") });

describe("a problem", () => {
  test("takes exit code and status from the table", () => {
    expect([taken.exitCode, taken.status]).toEqual([4, 409]);
  });

  test("is an Error with its name and cause", () => {
    expect(taken).toBeInstanceOf(Error);
    expect([taken.name, taken.cause]).toEqual(["Problem", new Error("EADDRINUSE")]);
  });

  test("leaves the program without its cause and its stack", () => {
    expect(JSON.parse(JSON.stringify(taken))).toEqual({
      code: "RH-NET-001",
      title: "the port is taken",
      message: "port 5432 is taken by pid 7",
      hint: "Stop it.",
      field: "port",
    });
  });

  test("is told from other errors, and by its code", () => {
    expect(isProblem(taken)).toBe(true);
    expect(isProblem(taken, "RH-BUG-001", "RH-NET-001")).toBe(true);
    expect(isProblem(taken, "RH-BUG-001")).toBe(false);
    expect(isProblem(Object.assign(new Error("a"), { code: "RH-NET-001" }))).toBe(false);
  });

  test("stays itself when it is made a problem", () => {
    expect(toProblem(taken)).toBe(taken);
  });

  test.each([[new Error("boom")], ["boom"]])("is a bug when %o was thrown, with that as its cause", (thrown) => {
    const problem = toProblem(thrown);
    expect([problem.code, problem.message, problem.cause]).toEqual(["RH-BUG-001", "boom", thrown]);
  });
});

describe("a verdict", () => {
  test("is sound without findings and faulty with one", () => {
    const finding = { subject: "app", seen: "two of three", mend: "Start it." };
    expect(verdictOf([], []).state).toBe("sound");
    expect(verdictOf([], [finding])).toEqual({ state: "faulty", findings: [finding], evidence: [] });
  });
});
