// Builds the reference beside the board, into dist/board/reference and dist/board/assets; the board is built before it.
// Source: https://vite.dev/guide/build#multi-page-app
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here(".."),
  base: "/",
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: here("../../dist/board"),
    emptyOutDir: false,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rollupOptions: { input: here("index.html") },
  },
});
