/**
 * How the window's files are built and tested.
 *
 * The content policy of the window allows nothing inline: no style element, no data: script. Assets are therefore never
 * inlined, and the preview server of `--mode demo` sends the same policy, so that a breach shows in a browser too.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
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

// What a British seller sees: read by the tests' own processes when they start.
if (process.env.VITEST !== undefined) Object.assign(process.env, { TZ: "Europe/London", LC_ALL: "en_GB.UTF-8" });

export default defineConfig(({ mode, isPreview }) => ({
  plugins: [react()],
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
    chunkSizeWarningLimit: 700,
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
