import type { Clock } from "../../../kernel/clock.ts";
import { toGatewayError, type ErrorCode } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Metrics } from "../../metrics/index.ts";
import type { Call, CallNotes } from "../call.ts";
import type { CallMeta, Outcome } from "../outcome.ts";
import { failed, type Ending, type Next } from "../stage.ts";
import { isToolError } from "../tool-error.ts";
import { createToolSeries } from "../tool-series.ts";

/** Hears of every call after it has ended, refused ones included. */
export type CallRecorded = (call: Call, outcome: Outcome) => void;

export interface RecordDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly onRecorded?: CallRecorded;
}

/** The outermost stage: makes the outcome of how a call ended. */
export type RecordStage = (call: Call, next: Next) => Outcome | Promise<Outcome>;

/** What a caller did wrong or was told before: nothing an operator need look into. */
const ORDINARY: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unknown-tool", "invalid-arguments"]);

/**
 * Measures and logs every call, however it ended, and lets bugs end as failures `internal`. Logs
 * hold no arguments and no results.
 */
export function createRecord(deps: RecordDeps): RecordStage {
  const { clock, log, metrics } = deps;
  const totals = createToolSeries((tool, outcome) =>
    metrics.bind("toolCalls", { server: tool.server, tool: tool.id, outcome }),
  );
  const durations = createToolSeries((tool, source) =>
    metrics.bind("toolCallDuration", { server: tool.server, source }),
  );
  const inFlight = createToolSeries((tool) =>
    metrics.bind("toolCallsInFlight", { server: tool.server }),
  );

  function finish(call: Call, ending: Ending): Outcome {
    const { tool } = call;
    const durationMs = clock.monotonic() - call.startedAt;
    const outcome = toOutcome(ending, toMeta(call, ending, durationMs));
    inFlight(tool, "").add(-1);
    totals(tool, labelOf(call, ending)).add();
    durations(tool, sourceOf(call.notes)).observe(durationMs / 1_000);
    logEnd(log, call, outcome);
    tell(call, outcome);
    return outcome;
  }

  function tell(call: Call, outcome: Outcome): void {
    try {
      deps.onRecorded?.(call, outcome);
    } catch (error) {
      log.error({ err: error, traceId: call.traceId }, "A listener of recorded calls failed.");
    }
  }

  function finishBug(call: Call, bug: unknown): Outcome {
    const { tool, traceId } = call;
    log.error({ err: bug, tool: tool.id, traceId }, "A bug ended a call.");
    return finish(call, failed(toGatewayError(bug)));
  }

  return (call, next) => {
    inFlight(call.tool, "").add();
    let ending: Ending | Promise<Ending>;
    try {
      ending = next(call);
    } catch (bug) {
      return finishBug(call, bug);
    }
    if (!(ending instanceof Promise)) return finish(call, ending);
    return ending.then(
      (value) => finish(call, value),
      (bug: unknown) => finishBug(call, bug),
    );
  };
}

type Told = { -readonly [Member in keyof CallMeta]: CallMeta[Member] };

/** Results, of which most outcomes are, are spelled out: spreads cost. */
function toOutcome(ending: Ending, meta: CallMeta): Outcome {
  if (ending.kind === "result") return { kind: "result", body: ending.body, meta };
  return { ...ending, meta };
}

/** What is told beside a result. A tool that the caller may not see has no server either. */
function toMeta(call: Call, ending: Ending, durationMs: number): CallMeta {
  const { notes, tool } = call;
  const { cache, attempts, circuit, degraded, cacheHit } = notes;
  const isHidden = ending.kind === "failure" && ending.error.code === "unknown-tool";
  const server = isHidden ? "" : tool.server;
  const { traceId } = call;
  const meta: Told = { server, tool: tool.id, cache, attempts, circuit, durationMs, traceId };
  if (degraded !== undefined) meta.degraded = degraded;
  if (cacheHit !== undefined) meta.cacheHit = cacheHit;
  return meta;
}

/** `result`, `tool-error`, `input-required`, `cancelled`, or the code of the failure. */
function labelOf({ notes }: Call, ending: Ending): string {
  switch (ending.kind) {
    case "result":
      // Caches keep no tool's errors, so that their answers need not be looked through.
      return notes.cacheHit === undefined && isToolError(ending.body) ? "tool-error" : "result";
    case "input_required":
      return "input-required";
    case "failure":
      return ending.error.code;
    case "cancelled":
      return "cancelled";
  }
}

/** What answered: a degraded way, a cache tier, another call, the server, or the gateway itself. */
function sourceOf({ degraded, cache, attempts }: CallNotes): string {
  if (degraded !== undefined) return degraded.via;
  if (cache === "l1" || cache === "l2" || cache === "l3" || cache === "coalesced") return cache;
  return attempts > 0 ? "upstream" : "gateway";
}

function logEnd(log: Logger, call: Call, outcome: Outcome): void {
  const { meta } = outcome;
  const fields = {
    server: call.tool.server,
    tool: call.tool.id,
    principal: call.principal.id,
    outcome: outcome.kind,
    durationMs: meta.durationMs,
    attempts: meta.attempts,
    cache: meta.cache,
    traceId: meta.traceId,
  };
  if (outcome.kind !== "failure") return log.debug(fields, "A call ended.");
  const { code } = outcome.error;
  if (ORDINARY.has(code)) return log.debug({ ...fields, code }, "A call was refused.");
  log.warn({ ...fields, code, reason: outcome.error.message }, "A call failed.");
}
