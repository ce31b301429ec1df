// Requests as bytes: what a broken client, a scanner and an attacker send. Each with what may come back: an answer whose
// status is in `allowed`, or nothing at all where the server may simply close. Sources: RFC 9112 (syntax, smuggling), RFC 9110.

export interface RawRequest {
  readonly what: string;
  readonly bytes: string;
  readonly allowed: readonly number[];
  /** The server may close without a word, or answer HTTP/0.9 with a bare refusal. */
  readonly mayClose?: boolean;
}

const host = "Host: localhost";
const json = "Content-Type: application/json";
const task = '{"title":"smuggled"}';
const get = (target: string, ...headers: readonly string[]) => [`GET ${target} HTTP/1.1`, host, "Connection: close", ...headers, "", ""].join("\r\n");
const post = (headers: readonly string[], body: string) => ["POST /api/tasks HTTP/1.1", host, ...headers, "", body].join("\r\n");
const refused = (what: string, bytes: string, allowed: readonly number[] = [400]): RawRequest => ({ what, bytes, allowed, mayClose: true });

const smuggling: readonly RawRequest[] = [
  refused("a length and chunks (CL.TE)", post([json, "Content-Length: 4", "Transfer-Encoding: chunked"], `0\r\n\r\n${post([json], task)}`)),
  refused("chunks and a length (TE.CL)", post([json, "Transfer-Encoding: chunked", "Content-Length: 4"], `5c\r\n${task}\r\n0\r\n\r\n`)),
  refused("two lengths that differ", post([json, "Content-Length: 4", "Content-Length: 20"], task)),
  refused("two lengths in one header", post([json, "Content-Length: 20, 20"], task)),
  refused("a negative length", post([json, "Content-Length: -1"], task)),
  refused("a signed length", post([json, "Content-Length: +20"], task)),
  refused("a hexadecimal length", post([json, "Content-Length: 0x14"], task)),
  refused("a length with a space in it", post([json, "Content-Length: 2 0"], task)),
  refused("a length with 30 digits", post([json, `Content-Length: ${"9".repeat(30)}`], task), [400, 413]),
  refused("a length that is not a number", post([json, "Content-Length: twenty"], task)),
  refused("an unknown transfer coding", post([json, "Transfer-Encoding: xchunked"], "0\r\n\r\n"), [400, 501]),
  refused("a coding with a tab before it", post([json, "Transfer-Encoding:\tchunkedx"], "0\r\n\r\n"), [400, 501]),
  refused("two codings", post([json, "Transfer-Encoding: gzip, chunked"], "0\r\n\r\n"), [400, 501]),
  refused("two coding headers", post([json, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "0\r\n\r\n"), [400, 501]),
  refused("a coding with a space before the colon", post([json, "Transfer-Encoding : chunked"], "0\r\n\r\n")),
  refused("a folded header", post([json, "Transfer-Encoding:", " chunked"], "0\r\n\r\n"), [400, 411, 501]),
  refused("chunks on HTTP/1.0", post([json, "Transfer-Encoding: chunked"], "0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0"), [400, 411, 501]),
];

const chunk = (body: string) => post([json, "Transfer-Encoding: chunked"], body);
const chunks: readonly RawRequest[] = [
  refused("a chunk size that is no number", chunk("zz\r\nabc\r\n0\r\n\r\n")),
  refused("a negative chunk size", chunk("-1\r\nabc\r\n0\r\n\r\n")),
  refused("a chunk size of 20 digits", chunk(`${"f".repeat(20)}\r\nabc\r\n0\r\n\r\n`), [400, 413]),
  refused("a chunk longer than it says", chunk(`4\r\n${task}\r\n0\r\n\r\n`)),
  refused("a chunk without its line end", chunk(`14${task}0`)),
  refused("a chunk size after spaces", chunk(`   \r\n${task}\r\n0\r\n\r\n`)),
  refused("a bare LF in a chunk size", chunk("1\nx\n0\n\n"), [400]),
  refused("chunks that never end", chunk("5\r\nabc"), [400, 408]),
];

const targets: readonly RawRequest[] = [
  ...["/assets/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd", "/assets/..%2f..%2fetc/passwd", "/%2e%2e%2f%2e%2e%2fetc/passwd"].map((target) =>
    refused(`the path ${target}`, get(target), [400, 404]),
  ),
  refused("a NUL in the path", get("/api/tasks%00"), [400, 404]),
  refused("a NUL byte in the path", get("/api/tasks\0"), [400]),
  refused("a space in the path", get("/api/tasks x"), [400]),
  refused("a bad escape", get("/api/tasks/%zz"), [400, 404]),
  refused("half an escape", get("/api/tasks/%"), [400, 404]),
  refused("an overlong escape", get("/api/tasks/%c0%ae"), [400, 404]),
  refused("backslashes", get("/api\\tasks"), [400, 404, 200]),
  refused("a path of 9,000 characters", get(`/api/tasks/${"1".repeat(9_000)}`), [400, 404, 414]),
  refused("a query of 40,000 characters", get(`/api/tasks?search=${"a".repeat(40_000)}`), [400, 414]),
  refused("an id of 200 digits", get(`/api/tasks/${"1".repeat(200)}`), [400, 404, 414]),
  refused("two slashes", get("//api/tasks"), [200, 404]),
  refused("an address of another host as target", get("http://evil.example/api/tasks"), [400, 421]),
  refused("an asterisk", get("*"), [400]),
  refused("no target", "GET HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
  refused("no slash", get("api/tasks"), [400]),
  refused("an authority as target", "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", [400, 405]),
];

const headers: readonly RawRequest[] = [
  refused("no host", "GET /api/tasks HTTP/1.1\r\nConnection: close\r\n\r\n"),
  refused("two hosts", get("/api/tasks", "Host: evil.example")),
  refused("another host", "GET /api/tasks HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", [421]),
  refused("a host with a path", "GET /api/tasks HTTP/1.1\r\nHost: localhost/evil\r\nConnection: close\r\n\r\n", [400, 421]),
  refused("a host with a user", "GET /api/tasks HTTP/1.1\r\nHost: a@localhost\r\nConnection: close\r\n\r\n", [400, 403, 421]),
  refused("a host with a port that is none", "GET /api/tasks HTTP/1.1\r\nHost: localhost:99999x\r\nConnection: close\r\n\r\n", [400, 403, 421]),
  refused("a space before the colon", "GET /api/tasks HTTP/1.1\r\nHost : localhost\r\n\r\n"),
  refused("a header without a colon", get("/api/tasks", "nothing"), [200, 400]),
  refused("a header without a name", get("/api/tasks", ": x"), [400]),
  refused("a NUL in a header", get("/api/tasks", "X-A: a\0b"), [400]),
  refused("a control character in a name", get("/api/tasks", "X\u0001A: b"), [400]),
  refused("one header of 40 kB", get("/api/tasks", `X-Long: ${"a".repeat(40_000)}`), [400, 431, 494]),
  refused("2,000 headers", get("/api/tasks", ...Array.from({ length: 2_000 }, (_, index) => `X-${index}: ${"a".repeat(20)}`)), [400, 431, 494]),
  refused("a bare CR in a header", get("/api/tasks", "X-A: a\rX-B: b"), [200, 400]),
  refused("If-Match that is no version", get("/api/tasks", "If-Match: ((("), [200, 400]),
  refused(
    "an Expect that nobody knows",
    post([json, "Expect: 200-maybe", `Content-Length: ${task.length}`, "Connection: close"], task),
    [201, 400, 417],
  ),
  refused("an Upgrade to h2c", get("/api/tasks", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), [200, 400]),
];

const form = "application/x-www-form-urlencoded";
const bodies: readonly RawRequest[] = [
  refused("a body that is compressed", post([json, "Content-Encoding: gzip", "Content-Length: 3", "Connection: close"], "\x1f\x8b\x08"), [400, 415]),
  refused(
    "another charset",
    post(["Content-Type: application/json; charset=utf-16", `Content-Length: ${task.length}`, "Connection: close"], task),
    [415],
  ),
  refused("a form", post([`Content-Type: ${form}`, "Content-Length: 7", "Connection: close"], "title=x"), [415]),
  refused("no content type", post([`Content-Length: ${task.length}`, "Connection: close"], task), [415]),
  refused(
    "two content types",
    post([json, "Content-Type: text/plain", `Content-Length: ${task.length}`, "Connection: close"], task),
    [201, 400, 415],
  ),
  refused("a body over the limit", post([json, "Content-Length: 2000000"], "{"), [413]),
  refused("a body shorter than it says", post([json, "Content-Length: 500"], task), [400, 408]),
];

const lines: readonly RawRequest[] = [
  refused("HTTP/0.9", "GET /\r\n", [400]),
  refused("HTTP/2 without its handshake", get("/").replace("HTTP/1.1", "HTTP/2.0"), [400, 505]),
  refused("HTTP/3.7", get("/").replace("HTTP/1.1", "HTTP/3.7"), [400, 505]),
  refused("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 405, 505]),
  refused("a greeting of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
  refused("bytes", "\x00\xff\xfe\r\n\r\n", [400]),
  refused("a method that nobody knows", get("/api/tasks").replace("GET", "FROB"), [400, 405]),
  refused("a method in small letters", get("/api/tasks").replace("GET", "get"), [400, 405]),
  refused("TRACE", get("/").replace("GET", "TRACE"), [405]),
  refused("a method of 5,000 letters", get("/api/tasks").replace("GET", "A".repeat(5_000)), [400, 405, 414]),
  refused("LF for CRLF", "GET /api/nothing HTTP/1.1\nHost: localhost\nConnection: close\n\n", [400, 404]),
];

export const rawRequests: readonly RawRequest[] = [...smuggling, ...chunks, ...targets, ...headers, ...bodies, ...lines];
