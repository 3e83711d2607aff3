import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["**/node_modules/", "**/dist/", "**/paraglide/", "**/gen_api.ts", "*/shots/"] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"] } },
  },
  {
    rules: {
      // The compiler knows undefined names better than the linter does.
      "no-undef": "off",
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["shared/**/*"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@countersign/tablet*", "@countersign/headquarters*", "**/tablet/**", "**/headquarters/**", "**/paraglide/**"], message: "shared/ knows no screen and no message." }] },
      ],
    },
  },
  { files: ["**/scripts/**/*.mjs"], rules: { "no-console": "off" } },
);
