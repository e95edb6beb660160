// What ESLint checks: the app's modules and their tests. `npm run lint` runs it from the top of the repository.

import js from "@eslint/js";
import globals from "globals";

// What a module without a screen may use: what browsers and Node both have.
const EVERYWHERE = [
  ...["performance", "TextEncoder", "TextDecoder", "atob", "btoa"],
  ...["Blob", "Response", "CompressionStream", "DecompressionStream"],
];

export default [
  {ignores: ["**/node_modules/"]},
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-else-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["microgrid/studio/app/core/**/*.js"],
    languageOptions: {globals: Object.fromEntries(EVERYWHERE.map((name) => [name, "readonly"]))},
  },
  {
    files: ["microgrid/studio/app/**/*.js"],
    ignores: ["microgrid/studio/app/core/**"],
    languageOptions: {globals: globals.browser},
  },
  {files: ["tests/studio/**/*.js"], languageOptions: {globals: globals.node}},
];
