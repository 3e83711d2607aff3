import { getLocale } from "../paraglide/runtime";
import { m } from "../paraglide/messages";

const LANGUAGE = { en: "en-US", es: "es-US" } as const;

/** A time of day, with the date when it is not today. */
export function time(ms: number, now: number = Date.now()): string {
  const sameDay = new Date(ms).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(LANGUAGE[getLocale()], sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

/** Whole seconds that a countdown still shows. */
export function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** Minutes and seconds of a countdown. */
export function minutesAndSeconds(ms: number): string {
  const whole = seconds(ms);
  return `${Math.floor(whole / 60).toString()}:${(whole % 60).toString().padStart(2, "0")}`;
}

/** How far two clocks are apart, in the largest unit that says it. */
export function duration(totalSeconds: number): string {
  const minutes = Math.round(Math.abs(totalSeconds) / 60);
  if (minutes < 60) {
    return m.duration_minutes({ n: minutes });
  }
  const hours = Math.round(minutes / 60);
  return hours < 48 ? m.duration_hours({ n: hours }) : m.duration_days({ n: Math.round(hours / 24) });
}
