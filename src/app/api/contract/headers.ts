// Headers of requests that mean something here. They are read by hand (parameters.ts), by these patterns, for the sake of what is
// said when one does not fit; the schemas describe them.
import { Type } from "@sinclair/typebox";

const tag = '(?:W/)?"[0-9]{1,10}"';
export const versionsPattern = `^\\s*(?:\\*|${tag}(?:\\s*,\\s*${tag})*)\\s*$`;
const meaning = 'The version that is meant, in quotes as ETag has it, as in `"3"`; `*` is whatever is there. Another one there: 412.';
const ifMatch = (description: string) => Type.Optional(Type.String({ pattern: versionsPattern, description }));

const trace = { "Rowhouse-Trace": Type.Optional(Type.Literal("1", { description: "Adds `trace`: the statements that ran, with their times." })) };

export const keyPattern = "^[\\x21-\\x7e]{1,200}$";
const once =
  "Makes the write once however often it is sent with this key within 24 hours: again, it gets the first answer and `Idempotency-Replayed: true`.";
const key = { "Idempotency-Key": Type.Optional(Type.String({ pattern: keyPattern, description: once })) };

export const NewHeadersSchema = Type.Object(key);
export const ChangeHeadersSchema = Type.Object({ "If-Match": ifMatch(`${meaning} Without it: 428.`), ...key });
export const RemovalHeadersSchema = Type.Object({ "If-Match": ifMatch(meaning), ...key });
export const TracedHeadersSchema = Type.Object(trace);
export const TracedNewHeadersSchema = Type.Object({ ...key, ...trace });
export const TracedChangeHeadersSchema = Type.Object({ ...ChangeHeadersSchema.properties, ...trace });
export const TracedRemovalHeadersSchema = Type.Object({ ...RemovalHeadersSchema.properties, ...trace });
