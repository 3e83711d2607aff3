import { getLocale } from "../paraglide/runtime";

/** "A, B and C" in the language of the screens. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(getLocale(), { type: "conjunction" }).format(names);
}

/** A number with the separators of the language. */
export function figure(value: number): string {
  return new Intl.NumberFormat(getLocale(), { useGrouping: "min2" }).format(value);
}

/** A difference with its sign: `+2`, `−13`. */
export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${figure(Math.abs(value))}`;
}
