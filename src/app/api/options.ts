// How the HTTP server itself behaves: its request ids, how long and how much it takes. Source: fastify.dev/docs/latest/Reference/Server, nodejs.org/api/http.html
import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { type FastifyHttpOptions, LogController } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import { setHeaders } from "./headers.ts";
import type { Log } from "./log.ts";
import { documentOf, sendProblem } from "./problems.ts";

const bodyLimitBytes = 1_048_576;
const requestId = /^[0-9a-f-]{8,64}$/;

export function optionsOf(log: Log, uploads: WeakSet<Socket>): FastifyHttpOptions<Server> {
  return {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    requestIdHeader: false,
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers["x-request-id"];
      return typeof given === "string" && requestId.test(given) ? given : randomUUID();
    },
    bodyLimit: bodyLimitBytes,
    requestTimeout: 10_000, // to send the whole of a request, but for uploads
    connectionTimeout: 30_000, // without a byte in either direction
    keepAliveTimeout: 75_000, // longer than nginx keeps an idle connection, so that it is the one to close
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 },
    forceCloseConnections: "idle",
    return503OnClosing: false, // what is in work when the server closes is answered
    routerOptions: { maxParamLength: 40 },
    ajv: {
      customOptions: {
        inlineRefs: false,
        verbose: true,
        discriminator: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: false,
      },
    },
    frameworkErrors: (error, request, reply) => {
      setHeaders(request, reply); // no hook has run yet
      sendProblem(error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      if (error.code !== "ERR_HTTP_REQUEST_TIMEOUT" || !uploads.has(socket)) refuseUnreadable(error, socket);
    },
  };
}

/** What is not HTTP at all has no request yet, so its answer is written by hand; to a HEAD without its body. */
function refuseUnreadable(error: { readonly code?: string; readonly rawPacket?: unknown }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const requestId = randomUUID();
  const body = JSON.stringify(documentOf(new Problem("RH-API-001", "the request is not HTTP as this server reads it"), requestId));
  const isHead = Buffer.isBuffer(error.rawPacket) && error.rawPacket.subarray(0, 5).toString("latin1") === "HEAD ";
  const head = [
    "HTTP/1.1 400 Bad Request",
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${isHead ? "" : body}`, () => socket.destroySoon());
}
