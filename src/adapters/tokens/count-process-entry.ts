import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What the tokenizer's process runs: built, the JavaScript beside this file; from source, through tsx. */
export function countProcessEntry(): { readonly path: string; readonly execArgv: string[] } {
  if (!import.meta.url.endsWith(".ts")) {
    return { path: fileURLToPath(new URL("count-process.js", import.meta.url)), execArgv: [] };
  }
  const loader = createRequire(import.meta.url).resolve("tsx");
  return {
    path: fileURLToPath(new URL("count-process.ts", import.meta.url)),
    execArgv: ["--import", pathToFileURL(loader).href],
  };
}
