// Builds the HTTP server of the application from its parts; it listens to nothing yet. What is true of every answer is here:
// who may ask, how many at once, the headers, the form of a failure. What each address does is in routes/.
import type { Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import type { Clock } from "../../platform/clock.ts";
import { type VitalsWatch, watchVitals } from "../../platform/vitals.ts";
import { metersOf } from "../metrics/meters.ts";
import { schemaVersion } from "../migrations/version.ts";
import type { LiveLimits } from "../live/limits.ts";
import { liveOver } from "../live/live.ts";
import type { Store } from "../store/store.ts";
import { acceptJsonOnly } from "./body.ts";
import { filterSchemas } from "./contract/list.ts";
import { guard } from "./guard.ts";
import { setHeaders } from "./headers.ts";
import { healthOf } from "./health.ts";
import { type LogTarget, logOf } from "./log.ts";
import { methodsOf } from "./methods.ts";
import { collectRoutes } from "./openapi/collect.ts";
import { optionsOf } from "./options.ts";
import { readParameters } from "./parameters.ts";
import { sendProblem } from "./problems.ts";
import { aboutRoute, echoRoutes } from "./routes/echo.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { openApiRoute } from "./routes/openapi.ts";
import { projectRoutes } from "./routes/projects.ts";
import { taskBulkRoutes } from "./routes/task-bulk.ts";
import { taskListRoutes } from "./routes/task-lists.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { transferRoutes } from "./routes/transfer.ts";
import { serveFiles } from "./static.ts";
import { tracing } from "./trace.ts";
import { countTraffic } from "./traffic.ts";

export interface ServerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly instance: string;
  /** Names beside localhost under which people reach this server. */
  readonly allowedHosts: readonly string[];
  /** The board's files, where no proxy serves them. */
  readonly staticDirectory?: string;
  /** What `serve` writes down of the house's backups. */
  readonly backupsFile?: string | undefined;
  readonly logTo: LogTarget;
  readonly requestsInWork?: number;
  /** How long an export or an import may stand still. */
  readonly stillMs?: number;
  readonly live?: Partial<LiveLimits>;
}

const requestsInWork = 256;

export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const uploads = new WeakSet<Socket>();
  const log = logOf({ clock: parts.clock, target: parts.logTo, instance: parts.instance });
  const app: FastifyInstance = fastify(optionsOf(log, uploads));
  const refuseUnknown = methodsOf(app);
  const routes = collectRoutes(app);
  readParameters(app);
  const meters = metersOf(app, parts.clock);
  countTraffic(app, { clock: parts.clock, limit: parts.requestsInWork ?? requestsInWork, meters });
  app.addHook("onRequest", setHeaders);
  app.addHook("onRequest", guard(parts.allowedHosts));
  app.addHook("onRequest", (request, reply, done) => {
    if (request.is404) refuseUnknown(request, reply); // whatever its body is
    done();
  });
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(refuseUnknown);
  acceptJsonOnly(app);
  for (const schema of filterSchemas) app.addSchema(schema);
  taskListRoutes(app, parts.store);
  taskBulkRoutes(app, parts.store);
  await transferRoutes(app, parts, uploads);
  taskRoutes(app, tracing(parts));
  projectRoutes(app, parts.store);
  const live = liveOver({ log: parts.store, clock: parts.clock, logger: app.log, limits: parts.live });
  eventRoutes(app, live);
  echoRoutes(app);
  aboutRoute(app, parts.store, parts.instance);
  healthRoutes(app, healthOf(parts.store, parts.clock, schemaVersion));
  metricsRoutes(app, { ...parts, live, meters, vitals: vitalsOf(app) });
  openApiRoute(app, routes);
  if (parts.staticDirectory !== undefined) await serveFiles(app, parts.staticDirectory);
  return app;
}

function vitalsOf(app: FastifyInstance): VitalsWatch {
  const vitals = watchVitals();
  app.addHook("onClose", async () => vitals[Symbol.dispose]());
  return vitals;
}
