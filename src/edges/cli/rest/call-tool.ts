import { GatewayError } from "../../../kernel/errors.ts";
import { createSseParser } from "../../../mcp/sse-parser.ts";
import { ProblemError } from "../failures/problem.ts";
import type { RestClient } from "./rest-client.ts";

/** A call as the command line asks for it. */
export interface ToolCall {
  readonly tool: string;
  /** JSON text of an object. */
  readonly arguments: Uint8Array;
  readonly timeoutMs?: number;
  /** Asks for progress; hears the params of each notification, as JSON text. */
  readonly onProgress?: (params: Uint8Array) => void;
}

const MAX_EVENT_BYTES = 1_073_741_824;
/** The status that a problem inside a stream cannot have; the problem says its own. */
const IN_STREAM = 500;

/**
 * Calls a tool; gives the answer's JSON text as it came.
 * @throws ProblemError as by `RestClient.ask`, also when the stream ends in a problem.
 */
export async function callTool(client: RestClient, call: ToolCall): Promise<Uint8Array> {
  const { tool, onProgress } = call;
  const request = {
    method: "POST",
    path: `/v1/tools/${encodeURIComponent(tool)}/call`,
    body: bodyOf(call),
    subject: tool,
  } as const;
  if (onProgress === undefined) return (await client.ask(request)).body;

  const ends: { readonly type: string; readonly data: Uint8Array }[] = [];
  const parser = createSseParser({ maxEventBytes: MAX_EVENT_BYTES }, ({ type, data }) => {
    if (type === "progress") onProgress(data);
    else ends.push({ type, data });
  });
  let heard = false;
  const response = await client.ask({
    ...request,
    accept: "text/event-stream",
    onChunk(chunk) {
      heard = true;
      parser.push(chunk);
    },
  });
  const isStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
  if (!isStream) return response.body;
  if (!heard) parser.push(response.body);
  const end = ends.at(-1);
  if (end?.type === "result") return end.data;
  if (end === undefined) throw cutOff(client.target);
  throw new ProblemError({
    status: IN_STREAM,
    body: end.data,
    target: client.target,
    subject: tool,
  });
}

function bodyOf({ arguments: args, timeoutMs }: ToolCall): string {
  const rest = timeoutMs === undefined ? "" : `,"timeoutMs":${timeoutMs}`;
  return `{"arguments":${Buffer.from(args).toString("utf8")}${rest}}`;
}

function cutOff(target: string): GatewayError {
  const message = `The connection to ${target} ended before the call was answered.`;
  return new GatewayError("daemon-unreachable", message, { url: target });
}
