// Builds dist/: the tool as modules, the application and the board as bundles that can be copied to where their tiers run.
// `dist/stamp` is the hash of what went in, so that a second build of the same sources does nothing.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const inputs = ["src", "web", "scripts/build.js", "tsconfig.json", "package-lock.json"];

/** True when dist/ was built from exactly these sources. */
export function isBuilt() {
  const stamp = join(root, "dist", "stamp");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint();
}

function fingerprint() {
  const hash = createHash("sha256");
  for (const input of inputs) addTo(hash, join(root, input));
  return hash.digest("hex");
}

function addTo(hash, path) {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) addTo(hash, join(path, name));
    return;
  }
  hash.update(path.slice(root.length)).update("\0").update(readFileSync(path));
}

export async function build() {
  const stamp = fingerprint();
  rmSync(join(root, "dist"), { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], { cwd: root, stdio: "inherit" });
  cpSync(join(root, "src/deploy/templates"), join(root, "dist/deploy/templates"), { recursive: true });
  cpSync(join(root, "src/app/migrations"), join(root, "dist/app/migrations"), { recursive: true });
  await bundleApplication();
  await bundleBoard();
  writeFileSync(join(root, "dist", "stamp"), stamp);
}

async function bundleApplication() {
  const { build: bundle } = await import("vite");
  await bundle({
    configFile: false,
    root,
    logLevel: "warn",
    ssr: { noExternal: true, external: ["pg-native"] },
    build: {
      ssr: join(root, "src/app/main.ts"),
      outDir: join(root, "dist/bundle"),
      target: "node20",
      minify: false,
      rollupOptions: { output: { entryFileNames: "app.mjs", inlineDynamicImports: true } },
    },
  });
}

async function bundleBoard() {
  if (!existsSync(join(root, "web/board/vite.config.js"))) return;
  const { build: bundle } = await import("vite");
  await bundle({ configFile: join(root, "web/board/vite.config.js"), logLevel: "warn" });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isBuilt()) await build();
