import type { FaissLibrary } from "./faiss-library.ts";
import { bundledAddonPath, loadFaiss } from "./load-faiss.ts";

/** FAISS itself, for tests, which must not pass without it. @throws Error saying how to get it. */
export function realFaiss(): FaissLibrary {
  const load = loadFaiss({ addonPaths: [bundledAddonPath()] });
  if (load.status === "loaded") return load.library;
  throw new Error(`The tests need FAISS. ${load.reason} ${load.mend}`);
}
