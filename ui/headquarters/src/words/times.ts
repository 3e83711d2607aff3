import { getLocale } from "../paraglide/runtime";
import { m } from "../paraglide/messages";

const LANGUAGE = { en: "en-US", es: "es-US" } as const;

/** A time of day, with the date when it is not today. */
export function time(ms: number, now: number = Date.now()): string {
  const sameDay = new Date(ms).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(LANGUAGE[getLocale()], sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

/** A length of time in one or two units: `12 s`, `43 min`, `2 h 5 min`, `3 d 4 h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) {
    return m.span_seconds({ n: seconds });
  }
  if (hours < 1) {
    return m.span_minutes({ n: minutes });
  }
  return hours < 48 ? m.span_hours({ h: hours, n: minutes % 60 }) : m.span_days({ d: Math.floor(hours / 24), h: hours % 24 });
}

/** Whole seconds that a countdown still shows. */
export function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** What is left of a countdown, with seconds: `9:58`, `1:02:03`. */
export function countdown(ms: number): string {
  const left = Math.max(0, seconds(ms));
  const two = (n: number): string => n.toString().padStart(2, "0");
  const minutes = Math.floor(left / 60);
  return minutes < 60
    ? `${minutes.toString()}:${two(left % 60)}`
    : `${Math.floor(minutes / 60).toString()}:${two(minutes % 60)}:${two(left % 60)}`;
}
