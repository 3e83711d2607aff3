import { letterKeyOf, numberKeyOf, typewriter } from "@countersign/shared/keys";
import { describe, expect, it } from "vitest";

describe("a hardware keyboard", () => {
  it("presses the keys of the number keypad", () => {
    expect(["0", "9", "Backspace", "Delete", "Enter", "+", "-"].map(numberKeyOf)).toEqual(["d0", "d9", "delete", "clear", "next", "plus", "minus"]);
    expect(["a", "Tab", "F5", "10", " "].map(numberKeyOf)).toEqual([null, null, null, null, null]);
  });

  it("presses the letters that the keypad shows, and no others", () => {
    const letters = typewriter().flat();
    expect(letterKeyOf("q", letters, false)).toBe("letter-Q");
    expect(letterKeyOf("7", letters, false)).toBe("letter-7");
    expect(letterKeyOf("ñ", letters, false)).toBeNull();
    expect(letterKeyOf("ñ", typewriter(["Ñ"]).flat(), false)).toBe("letter-Ñ");
    expect(letterKeyOf(" ", letters, false)).toBeNull();
    expect(letterKeyOf(" ", letters, true)).toBe("space");
    expect(letterKeyOf("ArrowLeft", letters, true)).toBeNull();
  });

  it("has every letter and digit once", () => {
    const letters = typewriter().flat();
    expect(letters).toHaveLength(36);
    expect(new Set(letters).size).toBe(36);
  });
});
