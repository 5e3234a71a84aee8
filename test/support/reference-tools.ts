import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { countUp } from "./reference-state.ts";
import type { ReferenceState } from "./reference-state.ts";

/** What a tool of the reference servers knows about the call, whichever SDK carries it. */
export type ToolContext = {
  signal: AbortSignal;
  /** Sends progress if the caller asked for it. */
  progress(done: number, total: number, message: string): Promise<void>;
  /** `_meta` of the request as the SDK shows it. */
  meta: Record<string, unknown>;
};

/** The part of a tool result that both SDK generations share. */
export type ToolAnswer = {
  content: { type: "text"; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};

/** A tool, described once for the servers of both SDK generations. */
export type ReferenceTool = {
  name: string;
  description: string;
  annotations: { readOnlyHint: boolean; destructiveHint?: boolean; idempotentHint?: boolean };
  input: z.ZodObject;
  output?: z.ZodObject;
  run(args: Record<string, unknown>, context: ToolContext): ToolAnswer | Promise<ToolAnswer>;
};

const reads = { readOnlyHint: true };
const writes = { readOnlyHint: false, destructiveHint: true, idempotentHint: true };
const maxAnswerBytes = 64 * 1024 * 1024;

/** The tools of the reference servers, except `confirm`, which needs an SDK's own means. */
export function referenceTools(state: ReferenceState): ReferenceTool[] {
  const tools: ReferenceTool[] = [
    ...plainTools(state),
    ...noteTools(state),
    {
      name: "slow",
      description: "Waits and reports progress: ms in all, in so many steps",
      annotations: reads,
      input: z.object({
        ms: z.number().int().min(0).max(60_000),
        steps: z.number().int().min(1).max(100).default(5),
      }),
      run: (args, context) => runSlowly(args as { ms: number; steps: number }, context, state),
    },
  ];
  return tools.map((tool) => ({
    ...tool,
    run(args, context) {
      countUp(state.stats.calls, tool.name);
      return tool.run(args, context);
    },
  }));
}

function plainTools(state: ReferenceState): ReferenceTool[] {
  return [
    {
      name: "echo",
      description: "Answers with its arguments, whatever they are",
      annotations: reads,
      input: z.looseObject({ text: z.string().optional().describe("Any text") }),
      run: (args) => answer(args),
    },
    {
      name: "add",
      description: "Adds two numbers",
      annotations: reads,
      input: z.object({ a: z.number(), b: z.number() }),
      output: z.object({ sum: z.number() }),
      run: ({ a, b }) => answer({ sum: Number(a) + Number(b) }),
    },
    {
      name: "fail",
      description: "Answers with isError and the given message",
      annotations: reads,
      input: z.object({ message: z.string().default("it went wrong") }),
      run: ({ message }) => ({ content: [{ type: "text", text: String(message) }], isError: true }),
    },
    {
      name: "big",
      description: "Answers with a text of so many bytes",
      annotations: reads,
      input: z.object({ bytes: z.number().int().min(0).max(maxAnswerBytes) }),
      run: ({ bytes }) => ({ content: [{ type: "text", text: "x".repeat(Number(bytes)) }] }),
    },
    {
      name: "counter",
      description:
        "Tells how many calls of each tool have arrived (this one included) and were cancelled",
      annotations: reads,
      input: z.object({}),
      run: () => answer({ calls: state.stats.calls, cancelled: state.stats.cancelled }),
    },
    {
      name: "inspect",
      description: "Answers with the _meta of the request",
      annotations: reads,
      input: z.object({}),
      run: (_args, { meta }) => answer({ meta }),
    },
  ];
}

function noteTools(state: ReferenceState): ReferenceTool[] {
  return [
    {
      name: "write_note",
      description: "Replaces the note",
      annotations: writes,
      input: z.object({ text: z.string().max(10_000) }),
      run({ text }) {
        state.note = { text: String(text), version: state.note.version + 1 };
        return answer({ ...state.note });
      },
    },
    {
      name: "read_note",
      description: "Reads the note and how often it was written",
      annotations: reads,
      input: z.object({}),
      output: z.object({ text: z.string(), version: z.number() }),
      run: () => answer({ ...state.note }),
    },
  ];
}

async function runSlowly(
  { ms, steps }: { ms: number; steps: number },
  { signal, progress }: ToolContext,
  { stats }: ReferenceState,
): Promise<ToolAnswer> {
  try {
    for (let step = 1; step <= steps; step += 1) {
      await sleep(ms / steps, undefined, { signal });
      await progress(step, steps, `step ${step} of ${steps}`);
    }
  } catch (error) {
    if (signal.aborted) {
      countUp(stats.cancelled, "slow");
    }
    throw error;
  }
  return answer({ waitedMs: ms, steps });
}

function answer(structuredContent: Record<string, unknown>): ToolAnswer {
  const text = JSON.stringify(structuredContent);
  return { content: [{ type: "text", text }], structuredContent };
}
