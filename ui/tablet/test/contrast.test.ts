import tokens from "../../shared/src/css/tokens.css?raw";
import { describe, expect, it } from "vitest";

/** The colours of one theme, by name. */
function theme(selector: string): Record<string, string> {
  const block = tokens.slice(tokens.indexOf(selector)).split("}")[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1] ?? "", found[2] ?? ""]));
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Every text colour on every ground it stands on. */
const PAIRS = [
  ["ink", "paper"], ["ink", "sheet"], ["ink", "act-soft"], ["ink", "act-press"], ["ink-2", "paper"], ["ink-2", "sheet"],
  ["act", "paper"], ["act", "sheet"], ["act", "act-soft"], ["act-ink", "act"], ["act-ink", "act-dark"], ["sheet", "ink"],
  ["here", "here-soft"], ["here", "sheet"], ["here", "paper"], ["sealed", "sealed-soft"], ["sealed", "sheet"], ["sealed", "paper"],
  ["wrong", "wrong-soft"], ["wrong", "sheet"], ["wrong", "paper"], ["rehearsal", "paper"], ["sheet", "rehearsal"], ["sheet", "sealed"], ["sheet", "wrong"],
] as const;

describe.each([["calm", ":root {", 4.5], ["high", ':root[data-contrast="high"] {', 7]] as const)("the %s theme", (_, selector, least) => {
  const colours = theme(selector);

  it.each(PAIRS)(`%s on %s is at least ${least.toString()} : 1`, (text, ground) => {
    expect(contrast(colours[text] ?? "", colours[ground] ?? "")).toBeGreaterThanOrEqual(least);
  });

  it("has borders of keys that can be seen", () => {
    expect(contrast(colours.edge ?? "", colours.paper ?? "")).toBeGreaterThanOrEqual(3);
    expect(contrast(colours.focus ?? "", colours.sheet ?? "")).toBeGreaterThanOrEqual(3);
  });
});

it("measures contrast as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
