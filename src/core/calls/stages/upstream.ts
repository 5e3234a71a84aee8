import { toGatewayError, type GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Metrics } from "../../metrics/index.ts";
import type { ProgressListener, UpstreamRequest, Upstreams } from "../../upstream/index.ts";
import { endingOfAbort } from "../aborts.ts";
import type { Call } from "../call.ts";
import { isSafeTool } from "../safe-tool.ts";
import { failed, type Ending, type Next } from "../stage.ts";
import { createToolSeries } from "../tool-series.ts";

export interface UpstreamStageDeps {
  readonly upstreams: Pick<Upstreams, "call">;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The innermost part: one attempt at the server. Whatever is thrown there becomes an ending here. */
export function createUpstreamStage(deps: UpstreamStageDeps): Next {
  const attempts = createToolSeries(({ server }, outcome) =>
    deps.metrics.bind("upstreamAttempts", { server, outcome }),
  );

  function endingOf(call: Call, thrown: unknown): Ending {
    if (call.signal.aborted) return endingOfAbort(call.signal);
    const error: GatewayError = toGatewayError(thrown);
    if (error.code === "cancelled") return { kind: "cancelled" };
    if (error.code === "internal") {
      const { tool, traceId } = call;
      const fields = { err: thrown, server: tool.server, tool: tool.id, traceId };
      deps.log.error(fields, "A call to a server ended in a bug.");
    }
    return failed(error);
  }

  return async (call) => {
    call.notes.attempts += 1;
    let ending: Ending;
    try {
      ending = await deps.upstreams.call(toUpstreamRequest(call), call.signal);
    } catch (thrown) {
      ending = endingOf(call, thrown);
    }
    const outcome = ending.kind === "failure" ? ending.error.code : ending.kind;
    attempts(call.tool, outcome).add();
    return ending;
  };
}

/** What a caller sends along is put in where there is any: a spread for each would cost more than the rest. */
function toUpstreamRequest(call: Call): UpstreamRequest {
  const { request, principal, tool, traceId, signsOfLife, notes } = call;
  const { session, meta, inputResponses, requestState, origin } = request;
  const onProgress = toListener(request.onProgress, signsOfLife);
  const made: { -readonly [Key in keyof UpstreamRequest]: UpstreamRequest[Key] } = {
    server: tool.server,
    tool: tool.name,
    arguments: request.arguments,
    safe: isSafeTool(tool),
    traceId,
    tries: notes,
    scope: session === undefined ? { principal } : { principal, session },
  };
  if (meta !== undefined) made.meta = meta;
  if (inputResponses !== undefined) made.inputResponses = inputResponses;
  if (requestState !== undefined) made.requestState = requestState;
  if (onProgress !== undefined) made.onProgress = onProgress;
  if (origin !== undefined) made.origin = origin;
  return made;
}

/** Tells deadlines first: a caller that hears of progress may not find its call ended. */
function toListener(
  caller: ProgressListener | undefined,
  signsOfLife: Call["signsOfLife"],
): ProgressListener | undefined {
  if (signsOfLife === undefined) return caller;
  return (params) => {
    for (const tell of signsOfLife) tell();
    caller?.(params);
  };
}
