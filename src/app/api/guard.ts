// Who may speak to this server while it has no accounts: pages and programs of this machine, and no page from elsewhere.
// Host against DNS rebinding, Origin and Sec-Fetch-Site against other sites, the content type against forms.
// Source: OWASP, Cross-Site Request Forgery Prevention Cheat Sheet; fetch.spec.whatwg.org.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the body of a route may be, JSON alone unless given; never what a form can send. */
    readonly accepts?: { readonly pattern: RegExp; readonly names: string };
  }
}

const ownHosts = ["localhost", "127.0.0.1", "[::1]"];
const rememberedHosts = 100;
const writing = new Set(["POST", "PUT", "PATCH"]);
const jsonAlone = { pattern: /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i, names: "application/json" };

/** A hook that refuses with RH-API-006 (another site) or RH-API-005 (another content type). */
export function guard(allowedHosts: readonly string[]): (request: FastifyRequest, reply: FastifyReply, done: () => void) => void {
  const isOurs = hostsOf(allowedHosts);
  return (request, _reply, done) => {
    if (!isOurs(request.headers.host ?? "")) throw new Problem("RH-API-006", "this server does not answer to that host name", { field: "Host" });
    refuseOtherSites(request);
    if (!request.is404) refuseOtherTypes(request); // what is not there is said first
    done();
  };
}

/** Whether a Host is one of ours; the answer for the few that people really send is remembered. */
function hostsOf(allowedHosts: readonly string[]): (host: string) => boolean {
  const hosts = new Set([...ownHosts, ...allowedHosts.map((host) => host.toLowerCase())]);
  const seen = new Set<string>();
  return (host) => {
    if (seen.has(host)) return true;
    if (!hosts.has(host.toLowerCase().replace(/:\d{1,5}$/, ""))) return false;
    if (seen.size < rememberedHosts) seen.add(host);
    return true;
  };
}

function refuseOtherSites(request: FastifyRequest): void {
  const { origin, "sec-fetch-site": site } = request.headers;
  const scheme = request.headers["x-forwarded-proto"] === "https" ? "https" : "http"; // nginx sets it; a browser's page cannot
  if (origin !== undefined && origin.toLowerCase() !== `${scheme}://${hostOf(request)}`) {
    throw new Problem("RH-API-006", "the request comes from a page of another origin", { field: "Origin" });
  }
  const isForeign = site === "cross-site" || site === "same-site"; // the same site with another port is another origin
  if (isForeign && !isVisit(request)) throw new Problem("RH-API-006", "the request comes from a page of another site", { field: "Sec-Fetch-Site" });
}

/** Somebody followed a link to the board: a top-level navigation that shows a page and changes nothing. */
function isVisit({ method, headers, url }: FastifyRequest): boolean {
  const isSafe = method === "GET" || method === "HEAD";
  return isSafe && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document" && !url.startsWith("/api");
}

function refuseOtherTypes({ method, headers, routeOptions }: FastifyRequest): void {
  const { pattern, names } = routeOptions.config.accepts ?? jsonAlone;
  const type = headers["content-type"];
  const isEncoded = headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity";
  if (!isEncoded && (type === undefined ? !writing.has(method) : !writing.has(method) || pattern.test(type))) return;
  throw new Problem("RH-API-005", `the body has to be ${names} in UTF-8`, { field: "Content-Type" });
}

function hostOf(request: FastifyRequest): string {
  return (request.headers.host ?? "").toLowerCase();
}
