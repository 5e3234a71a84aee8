import { createSharedAbort } from "../../../src/kernel/abort.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import { rawJson } from "../../../src/kernel/raw-json.ts";
import type { Call, CallRequest, Ending } from "../../../src/core/calls/index.ts";
import { toTool, type FakeTool } from "./fake-catalog.ts";
import { principal } from "./principals.ts";

/** What of a call matters to a test; the rest is made up. */
export interface CallFixture {
  readonly tool?: Partial<FakeTool>;
  readonly request?: Partial<Omit<CallRequest, "arguments">>;
  /** A JSON text. */
  readonly args?: string;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly deadlineAt?: number;
  readonly signsOfLife?: Call["signsOfLife"];
}

/** A call as it comes to a stage behind the deadline; by default of a tool that only reads. */
export function makeCall(fixture: CallFixture = {}): Call {
  const { request = {}, args = "{}", clock } = fixture;
  const tool = toTool({
    server: "s",
    name: "read",
    annotations: { readOnlyHint: true },
    ...fixture.tool,
  });
  const who = request.principal ?? principal("p");
  const abort = createSharedAbort();
  const own = fixture.signal === undefined ? { abort, signal: abort.signal } : {};
  return {
    request: {
      principal: who,
      tool: tool.id,
      arguments: rawJson(Buffer.from(args)),
      ...request,
    },
    principal: who,
    tool,
    traceId: "0".repeat(32),
    signal: fixture.signal ?? abort.signal,
    ...own,
    startedAt: clock?.monotonic() ?? 0,
    deadlineAt: fixture.deadlineAt ?? Infinity,
    ...(fixture.signsOfLife && { signsOfLife: fixture.signsOfLife }),
    notes: { cache: "none", circuit: "closed", attempts: 0 },
  };
}

/** A call that ended with this text. */
export function resultOf(text: string): Ending {
  const body = rawJson(Buffer.from(JSON.stringify({ content: [{ type: "text", text }] })));
  return { kind: "result", body };
}

/** What stands in an ending, in short: the kind, or the code of the failure. */
export function gist(ending: Ending): string {
  return ending.kind === "failure" ? ending.error.code : ending.kind;
}
