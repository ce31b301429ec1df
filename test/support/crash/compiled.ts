// The sources as JavaScript in a directory of their own, for tests that run them in other processes: plain node, no build of
// the whole, no types checked, and no later build takes them away.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Compiles and returns the directory, with `platform/*.js` and `foundation/*.js` in it; the caller removes it. */
export function compilePlatform(): string {
  const directory = mkdtempSync(join(tmpdir(), "rowhouse-compiled-"));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  compile(directory, { outDir: directory, include: ["src/platform", "src/foundation"] });
  return directory;
}

/** Compiles the tool and returns the directory, with `dist/cli/main.js` in it; the caller removes it. */
export function compileTool(): string {
  const directory = mkdtempSync(join(tmpdir(), "rowhouse-compiled-"));
  copyFileSync(join(root, "package.json"), join(directory, "package.json"));
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  compile(directory, { outDir: join(directory, "dist"), include: ["src"] });
  return directory;
}

function compile(directory: string, { outDir, include }: { readonly outDir: string; readonly include: readonly string[] }): void {
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { outDir, rootDir: join(root, "src"), noCheck: true, declaration: false, sourceMap: false, types: [] },
    include: include.map((path) => join(root, path)),
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", directory], { stdio: "inherit" });
}
