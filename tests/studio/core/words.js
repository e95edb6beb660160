// The words of the app, read from the files that Python reads.

import {readFileSync} from "node:fs";

import {Words} from "../../../microgrid/studio/app/core/words.js";

export const LANGUAGES = ["en", "ja"];

export const tables = Object.fromEntries(
  LANGUAGES.map((language) => {
    const file = new URL(`../../../microgrid/language/${language}.json`, import.meta.url);
    return [language, JSON.parse(readFileSync(file, "utf8"))];
  }),
);

export const wordsIn = (language) => new Words(tables, language);
