import type { Cancellation } from "../../../src/kernel/abort.ts";
import { GatewayError, toGatewayError } from "../../../src/kernel/errors.ts";
import { rawJson, toRawJson, type RawJson } from "../../../src/kernel/raw-json.ts";
import type { Access } from "../../../src/core/access/index.ts";
import type { CallMeta, CallRequest, Calls, Outcome } from "../../../src/core/calls/index.ts";
import type { Catalog, Tool } from "../../../src/core/catalog/index.ts";

/** What a tool does when it is called: gives its result (a JSON text stays as it is), or an outcome, or throws. */
export type FakeRun = (
  request: CallRequest,
  signal: Cancellation,
) => FakeAnswer | Promise<FakeAnswer>;

type FakeAnswer =
  | string
  | { readonly content: readonly unknown[] }
  | { readonly outcome: DistributiveOmit<Outcome, "meta">; readonly meta?: Partial<CallMeta> };

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown
  ? Omit<Union, Key>
  : never;

/** Calls that remember what was asked. */
export interface FakeCalls extends Calls {
  readonly requests: readonly CallRequest[];
  /** Says what a tool does; one without answers an empty result. */
  on(tool: string, run: FakeRun): void;
}

export function createFakeCalls(deps: { catalog: Catalog; access: Access }): FakeCalls {
  const requests: CallRequest[] = [];
  const runs = new Map<string, FakeRun>();
  let inFlight = 0;

  async function run(request: CallRequest, tool: Tool, signal: Cancellation): Promise<Outcome> {
    try {
      const answer = await (runs.get(tool.id) ?? (() => ({ content: [] })))(request, signal);
      if (typeof answer === "object" && "outcome" in answer) {
        return {
          ...answer.outcome,
          meta: metaOf(request, { server: tool.server, ...answer.meta }),
        };
      }
      const meta = metaOf(request, { server: tool.server });
      return { kind: "result", body: toBody(answer), meta };
    } catch (error) {
      const meta = metaOf(request, { server: tool.server });
      if (signal.aborted) return { kind: "cancelled", meta };
      return { kind: "failure", error: toGatewayError(error), meta };
    }
  }

  return {
    requests,
    get inFlight() {
      return inFlight;
    },
    on: (tool, behaviour) => void runs.set(tool, behaviour),
    async call(request, signal) {
      requests.push(request);
      const tool = deps.catalog.tool(request.tool);
      if (tool === undefined || !deps.access.canUse(request.principal, tool)) {
        const error = unknownTool(request, deps);
        return { kind: "failure", error, meta: metaOf(request, { attempts: 0 }) };
      }
      inFlight += 1;
      try {
        return await run(request, tool, signal);
      } finally {
        inFlight -= 1;
      }
    },
  };
}

function unknownTool(
  request: CallRequest,
  { catalog, access }: { catalog: Catalog; access: Access },
): GatewayError {
  const nearest = catalog.nearest(request.tool, (tool) => access.canUse(request.principal, tool));
  const { tool } = request;
  return new GatewayError("unknown-tool", `There is no tool "${tool}".`, { tool, nearest });
}

function toBody(answer: string | { readonly content: readonly unknown[] }): RawJson {
  return typeof answer === "string" ? rawJson(Buffer.from(answer)) : toRawJson(answer);
}

function metaOf(request: CallRequest, more: Partial<CallMeta>): CallMeta {
  return {
    server: "",
    tool: request.tool,
    cache: "none",
    attempts: 1,
    circuit: "closed",
    durationMs: 1,
    traceId: request.traceId ?? "0".repeat(32),
    ...more,
  };
}
