import { getLocale } from "../paraglide/runtime";
import { m } from "../paraglide/messages";

/** "A, B and C" in the language of the screens. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(getLocale(), { type: "conjunction" }).format(names);
}

const NAMED = 4;

/** The first few names, and how many more there are. */
export function shortList(names: readonly string[]): string {
  return names.length <= NAMED + 1
    ? list(names)
    : m.gap_more({ names: names.slice(0, NAMED).join(", "), n: names.length - NAMED });
}

/** A number with the separators of the language. */
export function figure(value: number): string {
  return new Intl.NumberFormat(getLocale(), { useGrouping: "min2" }).format(value);
}
