/** Most characters of a reason in words, as the log takes it. */
export const WHY_MAX = 200;

/** Most characters of a release's name. */
export const NAME_MAX = 60;

/** How many characters a text has, as the server counts them. */
export function length(text: string): number {
  return [...text].length;
}

/** What is wrong with a line that everyone will read. */
export function whyGap(text: string, most: number = WHY_MAX): "empty" | "long" | null {
  const said = text.trim();
  return said === "" ? "empty" : length(said) > most ? "long" : null;
}
