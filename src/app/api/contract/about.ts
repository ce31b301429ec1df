// GET /api/about, what the board's footer shows; and the form of every failure.
import { type Static, Type } from "@sinclair/typebox";

export const AboutSchema = Type.Object({ engine: Type.String(), version: Type.String(), instance: Type.String() });
export type About = Static<typeof AboutSchema>;

/** RFC 9457, served as application/problem+json. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  code: Type.String(),
  field: Type.Optional(Type.String()),
  request_id: Type.String(),
  /** Of a refused import: the lines at fault, and how many there are. */
  lines: Type.Optional(Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String(), field: Type.Optional(Type.String()) }))),
  bad_lines: Type.Optional(Type.Integer()),
});
export type ProblemAnswer = Static<typeof ProblemSchema>;
