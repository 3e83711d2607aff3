import { testMessages } from "../../shared/test/messages";
import en from "../messages/en.json";
import es from "../messages/es.json";

/** Words that are the same in both languages. */
const SAME = new Set(["app_name", "key_ok", "readout_said", "rule_percent", "rule_fraction", "table_final", "table_total", "lang_en", "lang_es", "cell_viable"]);

const sources = import.meta.glob<string>(["../src/**/*.{ts,svelte}", "!../src/paraglide/**"], { query: "?raw", import: "default", eager: true });
testMessages(en, es, SAME, Object.values(sources).join("\n"));
