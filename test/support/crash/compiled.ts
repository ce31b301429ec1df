// The platform and the foundation as JavaScript in a directory of their own, for tests that run them in other processes:
// plain node, no build of the whole, no types checked.
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Compiles and returns the directory, with `platform/*.js` and `foundation/*.js` in it; the caller removes it. */
export function compilePlatform(): string {
  const directory = mkdtempSync(join(tmpdir(), "rowhouse-compiled-"));
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { outDir: directory, rootDir: join(root, "src"), noCheck: true, declaration: false, sourceMap: false, types: [] },
    include: [join(root, "src/platform"), join(root, "src/foundation")],
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", directory], { stdio: "inherit" });
  return directory;
}
