// GET /recent: the last five minutes of one instance in numbers, for whoever puts several instances together.
import { type Static, Type } from "@sinclair/typebox";

const count = Type.Integer({ minimum: 0 });

export const RecentSchema = Type.Object({
  instance: Type.String(),
  seconds: Type.Integer({ description: "How far back it goes: 300, or fewer when the instance was started since." }),
  requests: Type.Integer({ minimum: 0, description: "Without probes, and without what lasts as long as its file or its listener." }),
  errors: Type.Integer({ minimum: 0, description: "Answered 500 or above." }),
  took: Type.Array(Type.Object({ up_to_ms: Type.Number(), requests: count }), {
    description: "How many took up to so many milliseconds and longer than the bound before; steps of a twentieth, empty ones left out.",
  }),
});
export type Recent = Static<typeof RecentSchema>;
