import { duringConnection } from "../failures/lost-connection.ts";
import { askEvents } from "./ask-events.ts";
import type { RestClient } from "./rest-client.ts";

/** A call as the command line asks for it. */
export interface ToolCall {
  readonly tool: string;
  /** JSON text of an object. */
  readonly arguments: Uint8Array;
  readonly timeoutMs?: number;
  /** Whether a kept answer may serve. */
  readonly cache?: string;
  /** Asks for progress; hears the params of each notification, as JSON text. */
  readonly onProgress?: (params: Uint8Array) => void;
}

/**
 * Calls a tool; gives the answer's JSON text as it came.
 * @throws ProblemError as by `RestClient.ask`, also when the stream ends in a problem.
 * @throws GatewayError `daemon-unreachable`; a connection lost in between leaves open what was done.
 */
export function callTool(client: RestClient, call: ToolCall): Promise<Uint8Array> {
  return duringConnection(ask(client, call), () => ({
    during: `${call.tool} was called`,
    means:
      "whether the call was carried out is not known. Where the tool may write, look before calling it again.",
  }));
}

async function ask(client: RestClient, call: ToolCall): Promise<Uint8Array> {
  const { tool, onProgress } = call;
  const request = {
    method: "POST",
    path: `/v1/tools/${encodeURIComponent(tool)}/call`,
    body: bodyOf(call),
    subject: tool,
  } as const;
  if (onProgress === undefined) return (await client.ask(request)).body;
  const { data } = await askEvents(client, request, {
    last: "result",
    awaited: "the call was answered",
    onEvent: (type, params) => type === "progress" && onProgress(params),
  });
  return data;
}

function bodyOf({ arguments: args, timeoutMs, cache }: ToolCall): string {
  const time = timeoutMs === undefined ? "" : `,"timeoutMs":${timeoutMs}`;
  const mode = cache === undefined ? "" : `,"cache":${JSON.stringify(cache)}`;
  return `{"arguments":${Buffer.from(args).toString("utf8")}${time}${mode}}`;
}
