export { loadOpenaiEmbedder } from "./openai-embedder.ts";
