// What a restore put aside brought back to its name; what is there now is put aside in turn, so that this can be undone as well.
import { randomBytes } from "node:crypto";
import type { Session } from "../../drivers/driver.ts";
import type { Move } from "../../engines/target.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { perform, type Plan, type StepText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { sqlText } from "../../foundation/sql.ts";
import type { Context } from "../../platform/context.ts";
import { refuseConnections, refuseUnconfirmed } from "./restore-checks.ts";
import { asideName, nameBefore } from "./restore-names.ts";
import { administratorOn, type RestoreTarget } from "./restore-target.ts";

export interface UndoOptions {
  readonly target: RestoreTarget;
  /** The database that was put aside. */
  readonly aside: string;
  readonly endsSessions: boolean;
}

export interface Undone {
  readonly database: string;
  readonly where: string;
  /** Where what had the name until now is. */
  readonly keptAs?: string;
}

export interface PlannedUndo {
  readonly plan: Plan;
  /** The name that is taken; typed to confirm when something has it now. */
  readonly name: string;
  readonly isTaken: boolean;
  readonly undo: (how: {
    readonly signal: AbortSignal;
    readonly onStep: (step: StepText) => void;
    readonly confirm: string | undefined;
  }) => Promise<{ readonly undone: Undone; readonly evidence: readonly Evidence[] }>;
}

/** Throws RH-BACKUP-010 when there is no such database, RH-BACKUP-013 when somebody is in the one that has the name now. */
export async function planUndo(context: Context, options: UndoOptions): Promise<PlannedUndo> {
  const { target, aside } = options;
  const floor = target.engine.backup.target;
  const name = nameBefore(aside);
  await using session = await administratorOn(target);
  const there = await floor.look(session, aside, target.login);
  const cutOff = (await floor.unfinishedMoves(session)).some(({ from }) => from === aside);
  if (!there && !cutOff) {
    throw new Problem("RH-BACKUP-010", `there is no database ${aside} at ${target.where}`, {
      hint: "The restore that put it aside printed its name.",
    });
  }
  const now = await floor.look(session, name, target.login);
  if (now) refuseConnections(now, { target, wish: options });
  const keptAs = now && !cutOff ? asideName(name, randomBytes(2).toString("hex")) : undefined;
  const moves: readonly Move[] = [...(keptAs ? [{ from: name, to: keptAs, isAside: true }] : []), { from: aside, to: name }];
  const plan = planOf(context, options, { name, moves, keptAs });
  return {
    plan,
    name,
    isTaken: keptAs !== undefined,
    undo: async ({ confirm, ...how }) => {
      if (keptAs) refuseUnconfirmed(name, confirm);
      return { evidence: await perform(plan, how), undone: { database: name, where: target.where, ...(keptAs ? { keptAs } : {}) } };
    },
  };
}

interface Way {
  readonly name: string;
  readonly moves: readonly Move[];
  readonly keptAs: string | undefined;
}

function planOf(context: Context, options: UndoOptions, { name, moves, keptAs }: Way): Plan {
  const { target, aside } = options;
  const floor = target.engine.backup.target;
  const kept = keptAs ? `; what had the name is kept as ${keptAs}` : "";
  return {
    title: `bring ${aside} back as ${name} on ${target.engine.title} at ${target.where}`,
    steps: [
      {
        title: `give ${aside} its name back${kept}`,
        why: "nothing is dropped",
        sql: floor.moveStatements(moves).map(sqlText),
        ...(keptAs ? { undo: `rowhouse backup undo ${keptAs}` } : {}),
        act: async () => {
          const began = context.clock.monotonicMs();
          await using session = await administratorOn(target);
          await floor.lock(session, name);
          await endCutOff(session, target, name);
          const left = await movesLeft(session, target, moves);
          if (left.length > 0) await floor.move(session, left, { login: target.login, users: options.endsSessions ? "all" : target.ownUsers });
          return [{ subject: "in place", seen: `${aside} as ${name}${kept}`, tookMs: context.clock.monotonicMs() - began }];
        },
      },
    ],
  };
}

/** An undo that was killed is ended first. */
async function endCutOff(session: Session, { engine }: RestoreTarget, name: string): Promise<void> {
  const floor = engine.backup.target;
  for (const { from, to } of await floor.unfinishedMoves(session)) if (from === name || to === name) await floor.resume(session, to);
}

async function movesLeft(session: Session, { engine, login }: RestoreTarget, moves: readonly Move[]): Promise<readonly Move[]> {
  const left: Move[] = [];
  for (const move of moves) if (await engine.backup.target.look(session, move.from, login)) left.push(move);
  return left;
}
