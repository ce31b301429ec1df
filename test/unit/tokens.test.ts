// The palette can be read by everybody: the contrast of what stands on what, computed from tokens.css in both themes, and no
// colour anywhere else. Source: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (controls and graphics, 3:1).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const web = fileURLToPath(new URL("../../web", import.meta.url));
const tokens = readFileSync(join(web, "kit/tokens.css"), "utf8");

const grounds = ["ground", "surface", "hover", "accent-ground", "danger-ground"];
const texts = ["text", "text-quiet", "accent", "accent-hover", "danger", "good"];
const codeTexts = ["code-word", "code-value", "code-name"];
const graphics = ["line-strong", "accent", "good", "danger", "text-quiet", ...Array.from({ length: 8 }, (_, hue) => `hue-${hue}`)];

const pairs = (inks: readonly string[], on: readonly string[]) => inks.flatMap((ink) => on.map((ground) => [ink, ground] as const));

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test.each([...pairs(texts, grounds), ...pairs(codeTexts, ["ground", "surface"]), ...pairs(["on-accent"], ["accent", "accent-hover"])])(
    "text in %s can be read on %s",
    (ink, ground) => {
      expect(contrast(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(pairs(graphics, grounds))("lines and bars in %s are seen on %s", (ink, ground) => {
    expect(contrast(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});

test("colours stand in tokens.css and nowhere else", () => {
  const files = readdirSync(web, { recursive: true, encoding: "utf8" }).filter((name) => /\.(css|tsx?)$/.test(name) && name !== "kit/tokens.css");
  const found = files.filter((name) => /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(/i.test(readFileSync(join(web, name), "utf8")));
  expect(files.length).toBeGreaterThan(30);
  expect(found).toEqual([]);
});

function colour(name: string, theme: "light" | "dark"): string {
  const values = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(tokens);
  const value = values?.[theme === "light" ? 1 : 2];
  if (value === undefined) throw new Error(`tokens.css has no colour --${name} with two values`);
  return value;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((first, second) => first - second);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
