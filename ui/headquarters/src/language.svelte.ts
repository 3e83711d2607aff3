import { overwriteGetLocale } from "./paraglide/runtime";

export type Language = "en" | "es";

const KEPT = "countersign-headquarters-language";

function atFirst(): Language {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept === "en" || kept === "es") {
      return kept;
    }
  } catch {
    // A browser that keeps nothing still shows something.
  }
  return typeof navigator !== "undefined" && navigator.language.startsWith("es") ? "es" : "en";
}

/** The language of the screens, which this desk keeps. Messages follow it at once. */
class ScreenLanguage {
  #is = $state<Language>(atFirst());

  get is(): Language {
    return this.#is;
  }

  set is(language: Language) {
    this.#is = language;
    try {
      localStorage.setItem(KEPT, language);
    } catch {
      // Then it is chosen anew the next time.
    }
  }
}

export const language = new ScreenLanguage();
overwriteGetLocale(() => language.is);
