export { createGptTokenizer } from "./gpt-tokenizer.ts";
export { defaultGptTokenizerOptions, type GptTokenizerOptions } from "./options.ts";
