// Tasks as files: the export and the import, which share a few places of their own.
import type { FastifyInstance } from "fastify";
import { transferLimits } from "../../store/store.ts";
import type { ServerParts } from "../server.ts";
import { slotsOf } from "../slots.ts";
import { exportRoute } from "./export.ts";

export function transferRoutes(app: FastifyInstance, { store, clock, stillMs = transferLimits.stillMs }: ServerParts): void {
  exportRoute(app, { store, clock, stillMs, slots: slotsOf(transferLimits.atOnce, "transfers") });
}
