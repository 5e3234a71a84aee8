export { createGptTokenizer } from "./gpt-tokenizer.ts";
export type { GptTokenizerOptions } from "./options.ts";
