export { BUILTIN_MODEL, createBuiltinEmbedder } from "./builtin-embedder.ts";
