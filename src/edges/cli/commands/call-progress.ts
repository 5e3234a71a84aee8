import { z } from "zod";
import type { Screen } from "../screen.ts";
import { singleLine } from "../text/safe-text.ts";

const progressSchema = /* @__PURE__ */ z.object({
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
});

/** Shows how a call goes on; disposing takes the line away. */
export interface CallProgress extends Disposable {
  /** Hears the params of a progress notification, as JSON text. */
  readonly hear: (params: Uint8Array) => void;
}

/**
 * A line that moves where somebody watches, else a line for each step when `shown` asks for it;
 * `undefined` where progress is not wanted.
 */
export function createCallProgress(
  screen: Screen,
  { tool, shown }: { readonly tool: string; readonly shown: boolean | undefined },
): CallProgress | undefined {
  if (screen.json || shown === false || (shown === undefined && !screen.watched)) return undefined;
  const line = screen.progress(`Calling ${tool}`);
  return {
    hear(params) {
      const text = describeProgress(params);
      if (text === undefined) return;
      if (screen.watched) line.update(`${tool}: ${text}`);
      else screen.note(text);
    },
    [Symbol.dispose]: () => line[Symbol.dispose](),
  };
}

function describeProgress(params: Uint8Array): string | undefined {
  const read = progressSchema.safeParse(parse(params));
  if (!read.success) return undefined;
  const { progress, total, message } = read.data;
  const amount = total === undefined ? String(progress) : `${progress}/${total}`;
  return message === undefined ? amount : `${amount} ${singleLine(message)}`;
}

function parse(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text).toString("utf8"));
  } catch {
    return undefined;
  }
}
