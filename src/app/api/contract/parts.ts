// The small schemas that the parts of the contract share. The same schemas validate requests, describe answers in the OpenAPI
// document and type the board.
import { type Static, type TSchema, Type } from "@sinclair/typebox";

export const statuses = ["pending", "active", "complete", "archived"] as const;
export type Status = (typeof statuses)[number];

export const integerLimit = 2_147_483_647;

export const identifier = Type.Integer({ minimum: 1, maximum: integerLimit });
export const status = Type.Unsafe<Status>({ type: "string", enum: [...statuses] });
/** RFC 3339; what is sent may have any offset, what is shown is UTC with Z and six digits. */
export const moment = Type.String({ format: "date-time", maxLength: 40 });
export const version = Type.Integer({ minimum: 1, maximum: integerLimit });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const closed = { additionalProperties: false } as const;

export const IdentifierParams = Type.Object({ id: identifier }, closed);
/** Where a query means nothing, one is refused rather than ignored. */
export const NoQuerySchema = Type.Object({}, closed);

/** One request through the tiers, in an answer whose request carried `Rowhouse-Trace: 1`. */
export const TraceSchema = Type.Object({
  request_id: Type.String(),
  instance: Type.String(),
  engine: Type.String(),
  /** From the request's arrival in the application to its answer. */
  app_ms: Type.Number(),
  statements: Type.Array(
    Type.Object({
      /** As it was sent, with placeholders. */
      sql: Type.String(),
      values: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
      ms: Type.Number(),
      rows: Type.Integer(),
    }),
  ),
});
export type Trace = Static<typeof TraceSchema>;
