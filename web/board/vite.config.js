// Builds the board into dist/board: hashed files under assets/, nothing inlined, so that `default-src 'self'` is policy enough.
// Source: https://vite.dev/config/build-options
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const house = "http://127.0.0.1:8080";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [react()],
  server: { proxy: { "/api": house, "/readyz": house } },
  build: {
    outDir: "../../dist/board",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
