import { createInterface } from "node:readline/promises";
import type { Terminal } from "../host.ts";

/** Asks a question on the terminal; anything but yes is no, and so is the end of the input. */
export async function confirm(
  question: string,
  { input, errors }: Pick<Terminal, "input" | "errors">,
  signal: AbortSignal,
): Promise<boolean> {
  const prompt = createInterface({ input, output: errors });
  const ended = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `, { signal }), ended]);
    return /^\s*y(?:es)?\s*$/i.test(answer);
  } finally {
    prompt.close();
  }
}
