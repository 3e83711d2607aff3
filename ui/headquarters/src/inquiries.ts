import type { Inquiry } from "./api/types";

/** Those that wait for a response first, the longest waiting before the others; then the newest first. */
export function inquiriesInOrder(inquiries: readonly Inquiry[]): Inquiry[] {
  const open = inquiries.filter(({ response }) => response === null).toSorted((a, b) => a.entered_ms - b.entered_ms);
  const responded = inquiries.filter(({ response }) => response !== null).toSorted((a, b) => b.entered_ms - a.entered_ms);
  return [...open, ...responded];
}
