import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  // The server hands the pages out there.
  base: "/hq/",
  plugins: [
    // Unit tests compile the messages beforehand: the plugin's watcher would keep them from ending.
    ...(mode === "test" ? [] : [paraglideVitePlugin({ project: "./project.inlang", outdir: "./src/paraglide" })]),
    svelte({ compilerOptions: { css: "external" } }),
  ],
  // A strict content security policy knows no data: addresses for fonts and scripts.
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900, modulePreload: { polyfill: false } },
  // Svelte's own modules for the browser, also in unit tests.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: { include: ["test/**/*.test.ts"], environment: "node", css: true },
}));
