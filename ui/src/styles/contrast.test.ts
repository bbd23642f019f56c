/** Everything that is read can be read in both themes: 4.5 to 1, as WCAG asks of text of this size. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

const src = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const ENOUGH = 4.5;

type Tokens = ReadonlyMap<string, string>;

/** The colours of a theme by name; dark writes over light. */
function themes(css: string): Record<"light" | "dark", Tokens> {
  const [light = "", dark = ""] = css.split('[data-theme="dark"]');
  const read = (block: string) =>
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/gi)].map(([, name = "", hex = ""]) => [name, hex] as const);
  return { light: new Map(read(light)), dark: new Map([...read(light), ...read(dark)]) };
}

/** Relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".css"))
  .map((entry) => join(entry.parentPath, entry.name));
const both = themes(readFileSync(join(src, "styles/tokens.css"), "utf8"));

const GROUNDS = ["bg", "surface", "surface-2", "accent-tint"];
const STATUSES = ["pending", "paid", "shipped", "completed", "cancelled", "warn"];
const TEXTS = ["text", "text-2", "text-3", "accent", "ok", "bad", ...STATUSES];

/** Text on ground, by their names. */
const PAIRS: [string, string][] = [
  ...TEXTS.flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...STATUSES.flatMap((status): [string, string][] => [
    [status, `${status}-t`],
    ["text", `${status}-t`],
    ["text-2", `${status}-t`],
  ]),
  ["ok", "completed-t"],
  ["bad", "cancelled-t"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
];

/** Rules that say both what is written and on what. */
function written(file: string): { rule: string; pair: [string, string] }[] {
  const css = readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\//g, "");
  return [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selector = "", body = ""]) => {
    const text = /(?:^|;|\s)color:\s*var\(--([\w-]+)\)/.exec(body)?.[1];
    const ground = /(?:^|;|\s)background(?:-color)?:\s*var\(--([\w-]+)\)/.exec(body)?.[1];
    return text === undefined || ground === undefined
      ? []
      : [{ rule: `${relative(src, file)} ${selector.trim()}`, pair: [text, ground] as [string, string] }];
  });
}

function tooFaint(tokens: Tokens, [text, ground]: [string, string]): string[] {
  const [one, other] = [tokens.get(text), tokens.get(ground)];
  if (one === undefined || other === undefined) return [`${text} on ${ground}: no such colour`];
  const found = contrast(one, other);
  return found < ENOUGH ? [`${text} on ${ground}: ${found.toFixed(2)}`] : [];
}

describe.each(["light", "dark"] as const)("colours of the %s theme", (theme) => {
  const tokens = both[theme];

  it("of text, statuses and the accent stand out from what they are on", () => {
    expect(PAIRS.flatMap((pair) => tooFaint(tokens, pair))).toEqual([]);
  });

  it("stand out wherever a rule sets both", () => {
    const rules = files.flatMap(written);
    expect(rules.length).toBeGreaterThan(20);
    const faint = rules.flatMap(({ rule, pair }) => tooFaint(tokens, pair).map((why) => `${rule}: ${why}`));
    expect(faint).toEqual([]);
  });
});

describe("contrast", () => {
  it("is measured as WCAG does", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.478, 3);
    expect(tooFaint(new Map(Object.entries({ ink: "#777777", paper: "#ffffff" })), ["ink", "paper"])).toEqual([
      "ink on paper: 4.48",
    ]);
  });
});
