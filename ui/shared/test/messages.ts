import { describe, expect, it } from "vitest";

type Message = string | { declarations: string[]; match: Record<string, string> }[];
/** Messages by their keys, as their file has them. */
type Messages = Record<string, unknown>;

function texts(message: Message | undefined): string[] {
  if (message === undefined) {
    return [];
  }
  return typeof message === "string" ? [message] : message.flatMap(({ match }) => Object.values(match));
}

function placeholders(message: Message | undefined): string[] {
  return [...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "")))].toSorted();
}

/**
 * Tests of the messages of one set of screens: both languages, every form, every one used. `same` are words that both languages
 * share; `sources` is the text of everything that may use one.
 */
export function testMessages(en: Messages, es: Messages, same: Set<string>, sources: string): void {
  const english = en as Record<string, Message>;
  const spanish = es as Record<string, Message>;
  const keys = Object.keys(english).filter((key) => key !== "$schema");

  describe("messages", () => {
    it("are there in both languages, and no more", () => {
      expect(Object.keys(spanish)).toEqual(Object.keys(english));
    });

    it.each(keys)("%s is translated, with the same figures in it", (key) => {
      expect(texts(english[key]).every((text) => text.trim() !== "")).toBe(true);
      expect(texts(spanish[key]).every((text) => text.trim() !== "")).toBe(true);
      expect(placeholders(spanish[key])).toEqual(placeholders(english[key]));
      if (!same.has(key)) {
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
}
