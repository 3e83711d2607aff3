import { describe, expect, it } from "vitest";
import en from "../messages/en.json";
import es from "../messages/es.json";

type Message = string | { declarations: string[]; match: Record<string, string> }[];
const english = en as unknown as Record<string, Message>;
const spanish = es as unknown as Record<string, Message>;
const keys = Object.keys(english).filter((key) => key !== "$schema");

/** Words that are the same in both languages. */
const SAME = new Set(["span_seconds", "span_minutes", "span_hours", "span_days"]);

function texts(message: Message | undefined): string[] {
  if (message === undefined) {
    return [];
  }
  return typeof message === "string" ? [message] : message.flatMap(({ match }) => Object.values(match));
}

function placeholders(message: Message | undefined): string[] {
  return [...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "")))].toSorted();
}

describe("messages", () => {
  it("are there in both languages, and no more", () => {
    expect(Object.keys(spanish)).toEqual(Object.keys(english));
  });

  it.each(keys)("%s is translated, with the same figures in it", (key) => {
    expect(texts(english[key]).every((text) => text.trim() !== "")).toBe(true);
    expect(texts(spanish[key]).every((text) => text.trim() !== "")).toBe(true);
    expect(placeholders(spanish[key])).toEqual(placeholders(english[key]));
    if (!SAME.has(key)) {
      expect(texts(spanish[key])).not.toEqual(texts(english[key]));
    }
  });

  it("have every form that each language counts in", () => {
    for (const [language, messages] of [["en", english], ["es", spanish]] as const) {
      const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.map((form) => `quantity=${form}`).toSorted();
      for (const key of keys) {
        const message = messages[key];
        if (typeof message === "object") {
          expect(message.flatMap(({ match }) => Object.keys(match)).toSorted(), `${language} ${key}`).toEqual(wanted);
        }
      }
    }
  });

  it("are all used, and no other", () => {
    const sources = Object.values(import.meta.glob<string>(["../src/**/*.{ts,svelte}", "!../src/paraglide/**"], { query: "?raw", import: "default", eager: true })).join("\n");
    const used = new Set([...sources.matchAll(/\bm\.(\w+)/g)].map((found) => found[1] ?? ""));
    expect(keys.filter((key) => !used.has(key))).toEqual([]);
    expect([...used].filter((key) => !keys.includes(key))).toEqual([]);
  });

  it("never claim more than is known: no state is called sent", () => {
    for (const key of keys) {
      expect(texts(english[key]).join(" "), key).not.toMatch(/\bsent\b/i);
      expect(texts(spanish[key]).join(" "), key).not.toMatch(/\benviad[oa]s?\b/i);
    }
  });
});
