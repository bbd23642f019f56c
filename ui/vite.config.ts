/**
 * How the window's files are built and tested.
 *
 * The content policy of the window allows nothing inline: no style element, no data: script. Assets are therefore never
 * inlined, and the preview server of `--mode demo` sends the same policy, so that a breach shows in a browser too.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The window's own policy with the demo's differences: no IPC, same-origin requests. */
function contentPolicy(): string {
  const config = JSON.parse(readFileSync(new URL("../tauri.conf.json", import.meta.url), "utf8")) as {
    app: { security: { csp: Record<string, string> } };
  };
  return Object.entries({ ...config.app.security.csp, "connect-src": "'self'" })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}

/** Bytes of JavaScript that the window may read before it can draw its first rows. */
const START_BUDGET = 440_000;

/**
 * Fails the build when the first page needs more JavaScript than the budget. What is not drawn when the window opens (a
 * page, a dialog, a menu, a drawer) belongs behind `import()`: see "How the window opens" in the README.
 */
function startBudget(budget: number): Plugin {
  return {
    name: "start-budget",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const start = new Set(chunks.filter((chunk) => chunk.isEntry));
      for (const chunk of start) {
        for (const other of chunks) if (chunk.imports.includes(other.fileName)) start.add(other);
      }
      const size = [...start].reduce((sum, { code }) => sum + Buffer.byteLength(code), 0);
      if (size <= budget) return;
      const largest = [...start]
        .flatMap(({ modules }) => Object.entries(modules))
        .toSorted(([, a], [, b]) => b.renderedLength - a.renderedLength)
        .slice(0, 20)
        .map(([id, { renderedLength }]) => `  ${String(renderedLength).padStart(7)}  ${id}`);
      this.error(
        `the first page reads ${size} bytes of JavaScript, its budget is ${budget}: load what it does not draw at ` +
          `once by import(). Its largest modules, before they are made small:\n${largest.join("\n")}`,
      );
    },
  };
}

// What a British seller sees: read by the tests' own processes when they start.
if (process.env.VITEST !== undefined) Object.assign(process.env, { TZ: "Europe/London", LC_ALL: "en_GB.UTF-8" });

export default defineConfig(({ mode, isPreview }) => ({
  plugins: [react(), startBudget(START_BUDGET)],
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  preview: {
    port: 1421,
    strictPort: true,
    ...(isPreview ? { headers: { "Content-Security-Policy": contentPolicy() } } : {}),
  },
  build: {
    target: ["chrome120", "safari17"],
    outDir: mode === "demo" ? "node_modules/.demo" : "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // One file for all that the first page needs: each further one would be a further question to the core.
      output: { codeSplitting: { groups: [{ name: "start", tags: ["$initial"] }] } },
    },
  },
  test: {
    restoreMocks: true,
    css: { modules: { classNameStrategy: "non-scoped" } },
    projects: [
      { extends: true, test: { name: "rules", environment: "node", include: ["src/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "screens",
          environment: "jsdom",
          include: ["src/**/*.test.tsx"],
          setupFiles: ["src/test/setup.ts"],
          // Generous: a screen test waits for what it expects, never for time, and a busy machine is slow.
          testTimeout: 30_000,
        },
      },
    ],
  },
}));
