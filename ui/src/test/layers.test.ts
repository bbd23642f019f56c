/** The dependency rule of the window: app → features → components, lib; no feature imports another. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

const src = resolve(dirname(fileURLToPath(import.meta.url)), "..");

type Import = { from: string; to: string };

/** Where a file stands: `app`, `features/orders`, `components`, `lib`, `test`, or `main` for the files beside them. */
export function roomOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  if (first === "features") return `features/${second}`;
  return ["app", "components", "lib", "test", "styles"].includes(first) ? first : "main";
}

export function isAllowed({ from, to }: Import): boolean {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there || here === "test" || here === "main") return true;
  if (from.includes(".test.")) return true;
  if (there === "lib") return here !== "styles";
  if (there === "components") return here === "app" || here.startsWith("features/");
  if (there.startsWith("features/")) return here === "app";
  return false;
}

function sources(): string[] {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(src, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");
}

function inside(file: string, target: string): string | null {
  if (target.startsWith("~/")) return target.slice(2);
  if (target.startsWith(".")) return relative(src, resolve(src, dirname(file), target));
  return null;
}

describe("the layers of the window", () => {
  it("hold for every import", () => {
    const breaches = sources().flatMap((from) =>
      importsOf(from)
        .map((target) => inside(from, target))
        .filter((to): to is string => to !== null)
        .filter((to) => !isAllowed({ from, to }))
        .map((to) => `${from} → ${to}`),
    );
    expect(breaches).toEqual([]);
  });

  it("are told apart by the rule itself", () => {
    expect(isAllowed({ from: "features/orders/a.tsx", to: "features/sync/b" })).toBe(false);
    expect(isAllowed({ from: "components/a.tsx", to: "features/sync/b" })).toBe(false);
    expect(isAllowed({ from: "lib/a.ts", to: "components/b" })).toBe(false);
    expect(isAllowed({ from: "features/orders/a.tsx", to: "app/router" })).toBe(false);
    expect(isAllowed({ from: "features/orders/a.tsx", to: "test/b" })).toBe(false);
    expect(isAllowed({ from: "app/a.tsx", to: "features/sync/b" })).toBe(true);
  });

  it("let only lib and the fake core speak to Tauri", () => {
    const speakers = sources().filter((file) => importsOf(file).some((target) => target.startsWith("@tauri-apps/")));
    expect(speakers.filter((file) => !/^(lib|test)\//.test(file))).toEqual([]);
    expect(
      speakers.filter((file) => file.startsWith("lib/")).every((file) => /^lib\/(bindings|ipc)\.ts$/.test(file)),
    ).toBe(true);
  });
});
