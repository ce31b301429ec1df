// Builds dist/: the tool as modules, the application and the board as bundles that can be copied to where their tiers run.
// `dist/stamp` is the hash of what went in, so that a second build of the same sources does nothing.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** Builds beside dist/ and swaps, so that whoever runs meanwhile sees the old one or the new one. */
export async function build() {
  const stamp = fingerprint();
  const partial = join(root, `dist.${process.pid}.partial`);
  const old = join(root, `dist.${process.pid}.old`);
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root, "--outDir", partial], { cwd: root, stdio: "inherit" });
    for (const data of ["deploy/templates", "app/migrations"]) cpSync(join(root, "src", data), join(partial, data), { recursive: true });
    await bundleApplication(join(partial, "bundle"));
    await bundlePages(join(partial, "board"));
    writeFileSync(join(partial, "stamp"), stamp);
    if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
    renameSync(partial, join(root, "dist"));
  } finally {
    for (const left of [partial, old]) rmSync(left, { recursive: true, force: true });
  }
}

/** The application's tier runs elsewhere, as another user: it is one file that can be copied there. */
async function bundleApplication(outDir) {
  const { build: bundle } = await import("vite");
  await bundle({
    configFile: false,
    root,
    logLevel: "error",
    ssr: { noExternal: true, external: ["pg-native"] },
    build: {
      ssr: join(root, "src/app/main.ts"),
      outDir,
      target: "node20",
      minify: false,
      rollupOptions: { output: { entryFileNames: "app.mjs", codeSplitting: false } },
    },
  });
}

/** The reference goes beside the board, into the same folder. */
async function bundlePages(outDir) {
  const { build: bundle } = await import("vite");
  await bundle({ configFile: join(root, "web/board/vite.config.js"), logLevel: "error", build: { outDir, emptyOutDir: true } });
  await bundle({ configFile: join(root, "web/reference/vite.config.js"), logLevel: "error", build: { outDir, emptyOutDir: false } });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isBuilt()) await build();
