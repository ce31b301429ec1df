// The proof of a backup as steps of a plan: the system user that throw-away servers run as, where it is missing, and the proof
// itself with the commands that it will run.
import { dirname, join } from "node:path";
import type { Scope, Survey, Tool } from "../../engines/backup.ts";
import type { Engine } from "../../engines/engine.ts";
import type { Step } from "../../foundation/plan.ts";
import { isProblem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { run } from "../../platform/processes.ts";
import { findUser, isRoot, userAddCommand } from "../../platform/users.ts";
import { embeddedRoot } from "../stack/install.ts";
import { type Proof, proveBackup, toolsToOpen } from "./prove.ts";
import { newProofDirectory, proofPlace, proofUser, throwawayProgram } from "./throwaway.ts";

export interface ProofStepsOptions {
  readonly title: string;
  readonly engine: Engine;
  /** What the backup holds of each database. */
  readonly kind: Scope["kind"] | "base";
  /** One, or all of a server. */
  readonly databases: readonly { readonly survey: Survey; readonly directory: string }[];
  /** Of the backup. */
  readonly directory: string;
  readonly samplePercent?: number | undefined;
  readonly onProgress: (text: string) => void;
  readonly onProved: (proof: Proof) => void;
}

export async function proofSteps(context: Context, options: ProofStepsOptions): Promise<readonly Step[]> {
  return [...(await proofUserSteps()), await proofStep(context, options)];
}

/** A throw-away server runs what the restored schema makes it run, so not as root, and not as a user who owns anything. */
export async function proofUserSteps(): Promise<readonly Step[]> {
  if (!isRoot() || (await findUser(proofUser))) return [];
  const argv = userAddCommand(proofUser);
  return [
    {
      title: `make the system user ${proofUser}`,
      why: "the throw-away server runs as a user that owns nothing else",
      run: [argv],
      undo: `userdel ${proofUser}`,
      act: async (signal) => {
        if (!(await findUser(proofUser))) await run({ argv, timeoutMs: 30_000, signal });
        return [];
      },
    },
  ];
}

async function proofStep(context: Context, options: ProofStepsOptions): Promise<Step> {
  const { title, engine, kind, databases, directory, samplePercent, onProgress, onProved } = options;
  const [first] = databases;
  if (!first) throw new Error("there is no database to prove");
  const { survey } = first;
  const found = await engine.server.installations(context, { embeddedRoot: embeddedRoot(context) });
  const installation = found.find(({ major }) => major === engine.server.majorOf(survey.version));
  const commands = async () => {
    const tools = await toolsFor(context, toolsToOpen(engine, kind), survey.version);
    if (!installation || !tools) return {};
    const proof = await newProofDirectory();
    const place = await proofPlace(proof, installation);
    const secretsDirectory = join(proof, "secrets");
    if (kind === "base") return { run: [engine.server.program(place).argv], writes: [dirname(place.dataDirectory)] };
    const job = { kind, tools, place, secretsDirectory };
    const restoring = databases.flatMap((one) => engine.backup.restoreCommands({ ...job, ...one }));
    return {
      run: [engine.server.initialiseCommand(place), throwawayProgram(engine, place, survey).argv, ...restoring],
      writes: [dirname(place.dataDirectory)],
    };
  };
  return {
    title,
    why: installation
      ? whyOf(`${engine.title} ${installation.version}`, { kind, samplePercent })
      : `not possible here: there is no ${engine.title} ${engine.server.majorOf(survey.version)} server program`,
    ...(await commands()),
    act: async (signal) => {
      const proof = await proveBackup(context, { engine, directory, samplePercent, signal, onProgress });
      onProved(proof);
      return proof.verdict.state === "unknown" ? [] : proof.verdict.evidence;
    },
  };
}

function whyOf(server: string, { kind, samplePercent }: Pick<ProofStepsOptions, "kind" | "samplePercent">): string {
  if (kind === "base")
    return `start a throw-away ${server} on a copy of the files, on a socket, read and compare every database, write, remove it again`;
  const rows = samplePercent === undefined ? "everything" : `everything, of the rows those of ${samplePercent} of a hundred tables`;
  return `restore into a throw-away ${server} on a socket, compare ${rows}, write, remove it again`;
}

async function toolsFor(context: Context, tools: Engine["backup"]["tools"], version: string): Promise<readonly Tool[] | undefined> {
  try {
    return await tools(context, version);
  } catch (thrown) {
    if (isProblem(thrown, "RH-TOOL-001")) return undefined;
    throw thrown;
  }
}
