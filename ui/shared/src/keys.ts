/**
 * What the keys of the keypads are called. The names are those of `data-key`, so that tests,
 * stories and screens speak of the same key.
 */

/** Digits of a keypad. */
export const DIGITS = ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"] as const;

/** A key of the number keypad. */
export type NumberKey = (typeof DIGITS)[number] | "delete" | "clear" | "minus" | "plus" | "next";

/** A key of the letter keypad. */
export type LetterKey = `letter-${string}` | "space" | "delete" | "next";

/** Which number key a key of a hardware keyboard stands for. */
export function numberKeyOf(key: string): NumberKey | null {
  if (/^[0-9]$/.test(key)) {
    return `d${key}` as NumberKey;
  }
  switch (key) {
    case "Backspace":
      return "delete";
    case "Delete":
      return "clear";
    case "Enter":
      return "next";
    case "+":
      return "plus";
    case "-":
      return "minus";
    default:
      return null;
  }
}

/** Which letter key a key of a hardware keyboard stands for, among the letters the keypad shows. */
export function letterKeyOf(key: string, letters: readonly string[], space: boolean): LetterKey | null {
  const upper = key.toLocaleUpperCase();
  if (letters.includes(upper)) {
    return `letter-${upper}`;
  }
  switch (key) {
    case "Backspace":
      return "delete";
    case "Enter":
      return "next";
    case " ":
      return space ? "space" : null;
    default:
      return null;
  }
}

/** The rows of a typewriter; `extra` letters end the third row. */
export function typewriter(extra: readonly string[] = []): string[][] {
  return [[..."1234567890"], [..."QWERTYUIOP"], [..."ASDFGHJKL", ...extra], [..."ZXCVBNM"]];
}
