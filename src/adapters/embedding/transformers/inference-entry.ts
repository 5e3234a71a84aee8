import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What the model's process runs: built, the JavaScript beside this file; from source, through tsx. */
export function inferenceEntry(): { readonly path: string; readonly execArgv: string[] } {
  if (!import.meta.url.endsWith(".ts")) {
    return { path: fileURLToPath(new URL("inference-process.js", import.meta.url)), execArgv: [] };
  }
  const loader = createRequire(import.meta.url).resolve("tsx");
  return {
    path: fileURLToPath(new URL("inference-process.ts", import.meta.url)),
    execArgv: ["--import", pathToFileURL(loader).href],
  };
}
