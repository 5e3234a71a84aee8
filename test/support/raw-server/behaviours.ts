import { setTimeout as sleep } from "node:timers/promises";
import type { Channel, RawState } from "./state.ts";
import { changeTools, notifyAll } from "./state.ts";

/** One call on its way through the raw server. */
export type RawCall = {
  tool: string;
  id: string | number;
  args: Record<string, unknown>;
  /** The message as it arrived, byte for byte. */
  text: string;
  progressToken: string | number | undefined;
  state: RawState;
  channel: Channel;
  cancelled: AbortSignal;
  /** Answers with this result, given as JSON text. */
  answer(result: string): void;
  /** The message that `answer` would send. */
  envelope(result: string): string;
  /** Sends a request to the client and waits for its answer, which comes as JSON text. */
  ask(method: string, params: unknown): Promise<string>;
};

/** A tool of the raw server. Those that do not write are annotated read-only. */
export type Behaviour = {
  description: string;
  properties?: Record<string, object>;
  writes?: boolean;
  run(call: RawCall): void | Promise<void>;
};

const number = { type: "number" };
const text = { type: "string" };
const mebibyte = 1024 * 1024;

/** A `structuredContent` whose integers a JavaScript number cannot hold; as it stands in the answer. */
export const bigIntegers =
  '{"small":1,"odd":9007199254740993,"large":12345678901234567890,"list":[-9007199254740995]}';

/** Content blocks and fields that no revision knows; as they stand in the answer. */
export const oddContent =
  '{"content":[{"type":"hologram","beam":{"phase":0.50}},{"type":"text","text":"plain","tone":"calm"}],"verdict":"kept","_meta":{"example/unknown":true}}';

/** What each tool of the raw server does when it is called. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  echo: {
    description: "Answers with its arguments",
    properties: { text },
    run: (call) => call.answer(textResult(JSON.stringify(call.args))),
  },
  show_message: {
    description: "Answers with the whole request as it arrived, byte for byte",
    run: (call) => call.answer(textResult(call.text)),
  },
  count: {
    description: "Tells how often each tool was called, and the process id",
    run: ({ answer, state }) =>
      answer(textResult(JSON.stringify({ pid: process.pid, calls: state.stats.calls }))),
  },
  write: {
    description: "Pretends to write something",
    writes: true,
    run: (call) => call.answer(textResult("written")),
  },
  hang: { description: "Never answers", run: ({ cancelled }) => untilCancelled(cancelled) },
  sleep: {
    description: "Answers after so many milliseconds",
    properties: { ms: number },
    async run({ args, answer, cancelled }) {
      await sleep(Number(args["ms"] ?? 100), undefined, { signal: cancelled });
      answer(textResult("slept"));
    },
  },
  progress: {
    description:
      "Sends so many progress notifications at so many milliseconds' distance, then answers",
    properties: { steps: number, ms: number },
    run: reportProgress,
  },
  die: {
    description:
      "Dies instead of answering, the first so many times it is called (default: always)",
    properties: { times: number },
    run({ args, state, channel, answer }) {
      const limit = Number(args["times"] ?? Number.POSITIVE_INFINITY);
      return (state.stats.calls["die"] ?? 0) > limit
        ? answer(textResult("survived"))
        : channel.die();
    },
  },
  die_writing: {
    description: "Dies instead of answering, and is no safe call",
    writes: true,
    run: ({ channel }) => channel.die(),
  },
  half: {
    description: "Sends the first half of its answer, then dies",
    async run({ channel, envelope }) {
      const whole = envelope(textResult("x".repeat(1000)));
      await channel.sendPart(whole.slice(0, whole.length / 2));
      channel.die();
    },
  },
  big_integers: {
    description: "Answers with integers beyond 2^53",
    run: ({ answer }) => answer(`{"content":[],"structuredContent":${bigIntegers}}`),
  },
  odd_content: {
    description: "Answers with content types and fields that nobody knows",
    run: ({ answer }) => answer(oddContent),
  },
  huge: {
    description: "Answers in a single line of so many bytes (default 30 MiB)",
    properties: { bytes: number },
    run: ({ args, answer }) =>
      answer(textResult("x".repeat(Number(args["bytes"] ?? 30 * mebibyte)))),
  },
  drip: {
    description: "Sends its answer in small pieces over so many milliseconds",
    properties: { ms: number },
    run: ({ args, channel, envelope }) =>
      channel.drip(envelope(textResult("drop by drop")), Number(args["ms"] ?? 300)),
  },
  garbage: {
    description: "Sends garbage, then answers",
    run({ channel, answer }) {
      channel.sendGarbage();
      answer(textResult("after the garbage"));
    },
  },
  binary: {
    description: "Sends its answer as binary",
    run: ({ channel, envelope }) => channel.sendBinary(envelope(textResult("binary"))),
  },
  flood_stderr: {
    description: "Writes so many bytes to stderr (default 8 MiB), then answers",
    properties: { bytes: number },
    run({ args, channel, answer }) {
      const line = `${"flood ".repeat(20)}\n`;
      const bytes = Number(args["bytes"] ?? 8 * mebibyte);
      channel.writeStderr(line.repeat(Math.ceil(bytes / line.length)));
      answer(textResult("flooded"));
    },
  },
  rpc_error: {
    description: "Answers with a JSON-RPC error of this code, with data",
    properties: { code: number },
    run({ args, id, channel }) {
      const error = `{"code":${Number(args["code"] ?? -32_050)},"message":"as you wish","data":{"why":"asked","big":9007199254740993}}`;
      channel.send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${error}}`);
    },
  },
  bad_result: {
    description: "Answers with this JSON text as its result, or without any",
    properties: { result: text },
    run({ args, id, channel }) {
      const result = typeof args["result"] === "string" ? `,"result":${args["result"]}` : "";
      channel.send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)}${result}}`);
    },
  },
  wrong_id: {
    description:
      "Answers a request that nobody made, then this one (in a JSON body only the first)",
    run({ channel, answer }) {
      channel.send(`{"jsonrpc":"2.0","id":987654321,"result":${textResult("stray")}}`);
      answer(textResult("right"));
    },
  },
  twice: {
    description: "Answers twice",
    run({ answer }) {
      answer(textResult("first"));
      answer(textResult("second"));
    },
  },
  ask: {
    description: "Sends a request to the client (default: ping) and answers with what it said",
    properties: { method: text, params: { type: "object" } },
    async run({ args, ask, answer }) {
      answer(
        textResult(
          await ask((args["method"] as string | undefined) ?? "ping", args["params"] ?? {}),
        ),
      );
    },
  },
  change_tools: {
    description: "Adds and removes tools by name and announces it",
    properties: { add: { type: "array", items: text }, remove: { type: "array", items: text } },
    writes: true,
    run({ args, state, answer }) {
      const names = (field: string): string[] => (args[field] as string[] | undefined) ?? [];
      changeTools(state, { add: names("add"), remove: names("remove") });
      answer(textResult("changed"));
    },
  },
  burst: {
    description: "Announces a change of the list of tools so many times (default 100)",
    properties: { times: number },
    run({ args, state, answer }) {
      for (let left = Number(args["times"] ?? 100); left > 0; left -= 1) {
        notifyAll(state, "notifications/tools/list_changed");
      }
      answer(textResult("burst"));
    },
  },
  drop_session: {
    description: "Makes an HTTP server forget this session, then answers",
    run({ channel, answer }) {
      channel.dropSession();
      answer(textResult("forgotten"));
    },
  },
};

async function reportProgress(call: RawCall): Promise<void> {
  const { args, progressToken, channel, cancelled, answer } = call;
  const total = Number(args["steps"] ?? 3);
  const pause = (): Promise<void> =>
    sleep(Number(args["ms"] ?? 10), undefined, { signal: cancelled });
  for (let progress = 1; progress <= total; progress += 1) {
    await pause();
    if (progressToken !== undefined) {
      const params = { progressToken, progress, total };
      channel.send(JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params }));
    }
  }
  // SDK clients drop progress that arrives in one piece with the answer.
  await pause();
  answer(textResult("through"));
}

/** A tool result with one text block, as JSON text. */
export function textResult(value: string): string {
  return JSON.stringify({ content: [{ type: "text", text: value }] });
}

/** Waits for ever, or until the call is cancelled. */
export function untilCancelled(cancelled: AbortSignal): Promise<void> {
  return new Promise((resolve) => cancelled.addEventListener("abort", () => resolve()));
}
