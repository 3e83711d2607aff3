import { KEY_GOOD, KEY_LEAST, layout, rootSize } from "@countersign/shared/layout";
import { describe, expect, it } from "vitest";

const UPRIGHT = [[320, 480], [360, 640], [600, 1024], [768, 1024], [800, 1280], [1366, 1024], [2732, 2048]] as const;
const SIZES = UPRIGHT.flatMap(([a, b]) => [[a, b], [b, a]] as const);
const CASES = SIZES.flatMap(([width, height]) => [100, 150, 200].map((textScale) => ({ width, height, textScale })));

describe.each(CASES)("$width x $height at $textScale %", ({ width, height, textScale }) => {
  it("keeps the number keypad whole, with keys of 44 or more, and 48 where they fit", () => {
    const { columns, rows, keyHeight, padWidth, gap, padding, readout, beside } = layout({ width, height, textScale, pad: "numbers" });
    const keyWidth = (padWidth - 2 * padding - (columns - 1) * gap) / columns;
    expect(keyWidth).toBeGreaterThanOrEqual(KEY_LEAST);
    expect(keyHeight).toBeGreaterThanOrEqual(height >= 480 || beside ? KEY_GOOD - 1 : KEY_LEAST);
    expect(readout + rows * keyHeight + (rows - 1) * gap + 2.5 * padding).toBeLessThanOrEqual(height);
    expect(padWidth).toBeLessThanOrEqual(beside ? width / 2 : width);
    expect(rows * columns).toBeGreaterThanOrEqual(15);
  });

  it.each([36, 37])("keeps the letter keypad whole with %i letters", (letters) => {
    const { columns, rows, keyHeight, gap, padding, readout } = layout({ width, height, textScale, pad: "letters", letters });
    const keyWidth = (width - 2 * padding - (columns - 1) * gap) / columns;
    expect(keyWidth).toBeGreaterThanOrEqual(KEY_LEAST);
    expect(keyHeight).toBeGreaterThanOrEqual(KEY_LEAST);
    expect(readout + rows * keyHeight + (rows - 1) * gap + 2.5 * padding).toBeLessThanOrEqual(height);
    expect(columns === 10 ? 50 : rows * columns).toBeGreaterThanOrEqual(letters + 2);
  });

  it("lets steps and bar give way under 480 px of height", () => {
    for (const pad of ["none", "numbers", "letters"] as const) {
      const { compact, steps } = layout({ width, height, textScale, pad });
      expect(compact && steps).toBe(false);
      if (height < 480) {
        expect(compact).toBe(true);
      }
    }
  });

  it("has text of 16 px or more, and 20 from 768 px on", () => {
    expect(rootSize(width, height, textScale)).toBeGreaterThanOrEqual((Math.min(width, height) >= 768 ? 20 : 16) * (textScale / 100));
  });
});

it("turns the keypad to the side in landscape and under the list in portrait", () => {
  expect(layout({ width: 1366, height: 1024, textScale: 100, pad: "numbers" })).toMatchObject({ beside: true, columns: 3, rows: 5, compact: false, steps: true });
  expect(layout({ width: 768, height: 1024, textScale: 100, pad: "numbers" })).toMatchObject({ beside: false, columns: 4, rows: 4, compact: false });
});
