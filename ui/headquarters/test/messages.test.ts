import { testMessages } from "../../shared/test/messages";
import en from "../messages/en.json";
import es from "../messages/es.json";

/** Words that are the same in both languages. */
const SAME = new Set(["span_seconds", "span_minutes", "span_hours", "span_days", "question_reason_text"]);

const sources = import.meta.glob<string>(["../src/**/*.{ts,svelte}", "!../src/paraglide/**"], { query: "?raw", import: "default", eager: true });
testMessages(en, es, SAME, Object.values(sources).join("\n"));
