// What came of a drill, kept beside the backup that it was done with and signed with the kit's key: how long getting everything back
// took, which `list` and `status` tell.
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Clock } from "../../platform/clock.ts";
import { readIfThere, writeFileAtomic } from "../../platform/files.ts";
import { currentUser } from "../../platform/users.ts";
import { drillName } from "./manifest.ts";
import { type PublicKey, type SigningKey, signedJson, verifyJson } from "./sign.ts";

const duration = Type.Number({ minimum: 0 });

const OutcomeSchema = Type.Object({
  state: Type.Union([Type.Literal("RECOVERED"), Type.Literal("FAILED")]),
  /** The house with its service, or the database alone. */
  what: Type.Union([Type.Literal("house"), Type.Literal("database")]),
  at: Type.String(),
  by: Type.String(),
  /** From nothing to an answer, without the comparing that only a drill does. */
  recoveryMs: duration,
  /** Of it, reading the backup and loading it. */
  restoreMs: duration,
  because: Type.Optional(Type.String()),
});

const DrillSchema = Type.Composite([
  Type.Object({ format: Type.Literal(1), backup: Type.String() }),
  OutcomeSchema,
  Type.Object({ earlier: Type.Array(OutcomeSchema) }),
]);
export type Drill = Static<typeof DrillSchema>;
export type DrillOutcome = Omit<Static<typeof OutcomeSchema>, "at" | "by">;

const keptDrills = 50;

/** The newest drill with a backup; undefined when there was none, or when it is not signed by a key that counts. */
export async function readDrill(directory: string, signers: readonly PublicKey[]): Promise<Drill | undefined> {
  const text = await readIfThere(join(directory, drillName));
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (!Value.Check(DrillSchema, value) || verifyJson(value, purposeOf(directory), signers).state !== "good") return undefined;
  const { signature: _signature, ...drill } = value as Drill & { readonly signature: string };
  return drill;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function purposeOf(directory: string): string {
  return `backup drill ${basename(directory)}`;
}

export async function keepDrill(
  clock: Clock,
  directory: string,
  { key, outcome }: { readonly key: SigningKey; readonly outcome: DrillOutcome },
): Promise<void> {
  const before = await readDrill(directory, [key]);
  const { earlier = [], format: _format, backup: _backup, ...last } = before ?? { format: 1, backup: "" };
  const at = clock.now().toISOString();
  const drill = {
    format: 1,
    backup: basename(directory),
    ...outcome,
    at,
    by: `${currentUser().name}@${hostname()}`,
    earlier: [...(before ? [last] : []), ...earlier].slice(0, keptDrills),
  };
  await writeFileAtomic(join(directory, drillName), signedJson(key, drill, purposeOf(directory)));
}
