// Headers of requests that mean something here. They are read by hand (parameters.ts), by these patterns, for the sake of what is
// said when one does not fit; the schemas describe them.
import { Type } from "@sinclair/typebox";

const tag = '(?:W/)?"[0-9]{1,10}"';
export const versionsPattern = `^\\s*(?:\\*|${tag}(?:\\s*,\\s*${tag})*)\\s*$`;
const meaning = 'The version that is meant, in quotes as ETag has it, as in `"3"`; `*` is whatever is there. Another one there: 412.';
const ifMatch = (description: string) => Type.Optional(Type.String({ pattern: versionsPattern, description }));

const trace = { "Rowhouse-Trace": Type.Optional(Type.Literal("1", { description: "Adds `trace`: the statements that ran, with their times." })) };

export const ChangeHeadersSchema = Type.Object({ "If-Match": ifMatch(`${meaning} Without it: 428.`) });
export const RemovalHeadersSchema = Type.Object({ "If-Match": ifMatch(meaning) });
export const TracedHeadersSchema = Type.Object(trace);
export const TracedChangeHeadersSchema = Type.Object({ ...ChangeHeadersSchema.properties, ...trace });
export const TracedRemovalHeadersSchema = Type.Object({ ...RemovalHeadersSchema.properties, ...trace });
