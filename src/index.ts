// The library's front door, covered by semantic versioning.
export type { Envelope } from "./cli/output.ts";
export { Problem } from "./foundation/problem.ts";
export { type ProblemCode, type ProblemKind, problems } from "./foundation/problems.ts";
