// The last step of `up`: a task sent the way a person's takes, through every tier.
import type { Evidence } from "../../foundation/evidence.ts";
import type { Step } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { request } from "../../platform/http.ts";
import { loadDemo } from "./demo.ts";
import { type Draft, houseOf } from "./draft.ts";

export function throughStep(draft: Draft): Step {
  return {
    title: "send a task through all tiers",
    why: "the way a person's task takes is the only proof that it works",
    act: async () => [await probeThrough(draft), ...(draft.options.isDemo ? [await loadDemo(draft.context, houseOf(draft).config.ports.proxy)] : [])],
  };
}

/** Evidence turns faulty when a task sent through the outermost tier is not created, or not there afterwards. */
async function probeThrough(draft: Draft): Promise<Evidence> {
  const { clock } = draft.context;
  const began = clock.monotonicMs();
  const port = houseOf(draft).config.ports.proxy;
  const made = await request({ port, method: "POST", path: "/api/tasks", body: { title: "rowhouse up: through all tiers" }, timeoutMs: 5_000 });
  if (made.status !== 201)
    throw new Problem("RH-HOUSE-005", `POST /api/tasks through all tiers answers ${made.status}: ${made.body.slice(0, 200)}`, {
      hint: "Look at `rowhouse logs app`.",
    });
  const { task } = JSON.parse(made.body) as { task: { id: number } };
  const path = `/api/tasks/${task.id}`;
  const read = await request({ port, method: "GET", path, timeoutMs: 5_000 }).catch((thrown: Error) => thrown);
  const removed = await request({ port, method: "DELETE", path, timeoutMs: 5_000 });
  if (read instanceof Error) throw read;
  if (read.status !== 200 || removed.status !== 204)
    throw new Problem("RH-HOUSE-005", `${path} reads as ${read.status} and is removed with ${removed.status}`, {
      hint: "Look at `rowhouse logs app`.",
    });
  return { subject: "through", seen: "POST /api/tasks 201 through all tiers, task removed", tookMs: clock.monotonicMs() - began };
}
