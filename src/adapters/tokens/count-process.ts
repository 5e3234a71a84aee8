import type { CountAnswer, CountRequest } from "./count-protocol.ts";

/**
 * The tokenizer's process: counts what it is sent until the daemon lets go of it. The encoder is
 * loaded with the first request, so that a failure to load is an answer.
 */
process.on("message", (request: CountRequest) => {
  answer(request).then(
    (counted) => process.send?.(counted),
    () => process.exit(1),
  );
});

async function answer({ id, texts }: CountRequest): Promise<CountAnswer> {
  try {
    const { countTokens } = await import("./count-tokens.ts");
    return { id, counts: texts.map((text) => countTokens(text)) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}
