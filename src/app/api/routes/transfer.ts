// Tasks as files: the export and the import, which share a few places of their own.
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Clock } from "../../../platform/clock.ts";
import { type Store, transferLimits } from "../../store/store.ts";
import type { ServerParts } from "../server.ts";
import { type Slots, slotsOf } from "../slots.ts";
import { exportRoute } from "./export.ts";
import { importRoute } from "./import.ts";

export interface TransferParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly slots: Slots;
  readonly downloadStillMs: number;
  readonly uploadStillMs: number;
  /** Connections whose request may take longer than the server's own limit. */
  readonly uploads: WeakSet<Socket>;
}

export async function transferRoutes(app: FastifyInstance, parts: ServerParts, uploads: WeakSet<Socket>): Promise<void> {
  const { store, clock, stillMs } = parts;
  const { atOnce, downloadStillMs, uploadStillMs } = transferLimits;
  const still = { downloadStillMs: stillMs ?? downloadStillMs, uploadStillMs: stillMs ?? uploadStillMs };
  const transfer = { store, clock, uploads, slots: slotsOf(atOnce, "transfers"), ...still };
  exportRoute(app, transfer);
  await app.register(async (scope) => importRoute(scope, transfer));
}
