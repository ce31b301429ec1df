// The board's files, for houses without nginx. All of them are read once at the start, each has a route of its own: no path of
// a request ever reaches the file system.
import { readdir, readFile } from "node:fs/promises";
import { dirname, extname, join, relative } from "node:path";
import type { FastifyInstance } from "fastify";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

export async function serveFiles(app: FastifyInstance, directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile() && types[extname(one.name)] !== undefined)) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path);
    const content = await readFile(path);
    serve(app, { url: `/${name}`, content, cache: name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache" });
    for (const url of addressesOf(name)) serve(app, { url, content, cache: "no-cache" });
  }
}

/** A page is also at its folder, with and without the slash. */
function addressesOf(name: string): readonly string[] {
  if (name === "index.html") return ["/"];
  return name.endsWith("/index.html") ? [`/${dirname(name)}`, `/${dirname(name)}/`] : [];
}

function serve(app: FastifyInstance, file: { readonly url: string; readonly content: Buffer; readonly cache: string }): void {
  const type = types[extname(file.url) || ".html"] as string;
  app.get(file.url, { schema: { isFile: true } }, async (_request, reply) =>
    reply.headers({ "content-security-policy": policy, "cache-control": file.cache }).type(type).send(file.content),
  );
}
