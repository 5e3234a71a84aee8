import type { Cancellation } from "../../kernel/abort.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Access } from "../access/index.ts";
import type { Catalog, Tool } from "../catalog/index.ts";
import type { CircuitBreakers } from "../resilience/index.ts";
import type { Upstreams } from "../upstream/index.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import type { Metrics } from "../metrics/index.ts";
import { endingOfAbort } from "./aborts.ts";
import type { Call, CallRequest } from "./call.ts";
import type { Calls } from "./calls.ts";
import { findLateTool } from "./late-tool.ts";
import type { PipelineOptions } from "./options.ts";
import type { CallMeta, Outcome } from "./outcome.ts";
import { createPipeline, type PluggedStages } from "./pipeline.ts";
import { createAuthorise } from "./stages/authorise.ts";
import { createCircuitStage } from "./stages/circuit.ts";
import { createConcurrencyLimit } from "./stages/concurrency-limit.ts";
import { createDeadline, type DeadlineStage } from "./stages/deadline.ts";
import { createQuota } from "./stages/quota.ts";
import { createRecord, type CallRecorded } from "./stages/record.ts";
import { createRetry } from "./stages/retry.ts";
import { createSingleFlightStage } from "./stages/single-flight.ts";
import { createUpstreamStage } from "./stages/upstream.ts";
import { createValidate } from "./stages/validate.ts";
import { unknownTool } from "./unknown-tool.ts";
import { createArgumentsValidator } from "./validation/arguments-validator.ts";

/** What the pipeline is made of. */
export interface CallsDeps {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "tool" | "toolsOf" | "nearest" | "addFlag">;
  readonly upstreams: Pick<Upstreams, "call" | "spec" | "status" | "on">;
  readonly circuits: Pick<CircuitBreakers, "circuit" | "status">;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Stages of features that plug into the pipeline. */
  readonly stages?: PluggedStages;
  /** Counts what may have changed a tool's answers; default: nothing ever does. */
  readonly generationOf?: (tool: Tool) => number;
  /** Hears of every call of a known tool after it has ended: the audit's place. */
  readonly onRecorded?: CallRecorded;
}

/** Calls that wait for what is under way when they are disposed. */
export interface DrainableCalls extends Calls, AsyncDisposable {}

/**
 * Makes the one door to tools. Disposing refuses new calls but those of plans, lets those under way
 * end for `drainTimeoutMs`, and then ends them.
 */
export function createCalls(options: PipelineOptions, deps: CallsDeps): DrainableCalls {
  return new PipelineCalls(options, deps);
}

type CallStart = Pick<Call, "startedAt" | "traceId" | "signal">;

class PipelineCalls implements DrainableCalls {
  readonly #options: PipelineOptions;
  readonly #deps: CallsDeps;
  readonly #deadline: DeadlineStage;
  readonly #pipeline: (call: Call) => Outcome | Promise<Outcome>;
  #inFlight = 0;
  #stopping = false;
  #onIdle: (() => void) | undefined;

  constructor(options: PipelineOptions, deps: CallsDeps) {
    this.#options = options;
    this.#deps = deps;
    const { upstreams } = deps;
    this.#deadline = createDeadline({
      clock: deps.clock,
      limitsOf: (server) => upstreams.spec(server),
    });
    this.#pipeline = createPipeline({
      record: createRecord(deps),
      authorise: createAuthorise(deps),
      quota: createQuota(options.quota, deps),
      deadline: this.#deadline.stage,
      validate: createValidate(newValidator(options, deps)),
      singleFlight: createSingleFlightStage({
        metrics: deps.metrics,
        isolationOf: (server) => upstreams.spec(server)?.isolation,
        generationOf: deps.generationOf ?? (() => 0),
      }),
      retry: createRetry(options.retry, deps),
      circuit: createCircuitStage(options.circuit, deps),
      concurrencyLimit: createConcurrencyLimit({
        metrics: deps.metrics,
        limitsOf: (server) => upstreams.spec(server),
      }),
      upstream: createUpstreamStage(deps),
      ...deps.stages,
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  async call(request: CallRequest, signal: Cancellation): Promise<Outcome> {
    const { catalog, clock, random } = this.#deps;
    const start = {
      startedAt: clock.monotonic(),
      traceId: request.traceId ?? random.hex(16),
      signal,
    };
    const tool = catalog.tool(request.tool);
    // A plan that is under way may still make calls: it ends in its own time, or is cancelled.
    const isRefused = this.#stopping && request.origin === undefined;
    if (tool !== undefined && isRefused) return stoppingOutcome(tool, start.traceId);
    this.#inFlight += 1;
    try {
      return await (tool === undefined
        ? this.#runLate(request, start)
        : this.#run(tool, request, start));
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#onIdle?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    if (this.#inFlight === 0) return;
    const { clock, log } = this.#deps;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      timer = clock.after(this.#options.drainTimeoutMs, () => {
        log.warn({ calls: this.#inFlight }, "Calls that did not end in time are ended.");
        this.#deadline.abortAll((server) => stoppingError(server, true));
      });
    });
    timer?.[Symbol.dispose]();
  }

  #run(tool: Tool, request: CallRequest, start: CallStart): Outcome | Promise<Outcome> {
    // Spelled out: a spread here costs as much as three stages.
    const { startedAt, traceId, signal } = start;
    return this.#pipeline({
      startedAt,
      traceId,
      signal,
      request,
      principal: request.principal,
      tool,
      deadlineAt: Infinity,
      notes: { cache: "none", circuit: "closed", attempts: 0 },
    });
  }

  async #runLate(request: CallRequest, start: CallStart): Promise<Outcome> {
    const { signal, traceId } = start;
    try {
      const found = await findLateTool(request, this.#deps, signal);
      if (found !== undefined && !(found instanceof GatewayError)) {
        return await this.#run(found, request, start);
      }
      return this.#unknown(request, found, traceId);
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ...endingOfAbort(signal), meta: metaWithoutCall("", request.tool, traceId) };
    }
  }

  #unknown(request: CallRequest, away: GatewayError | undefined, traceId: string): Outcome {
    const error = away ?? unknownTool(request.tool, request.principal, this.#deps);
    const labels = { server: "", tool: "", outcome: error.code };
    this.#deps.metrics.bind("toolCalls", labels).add();
    const fields = { principal: request.principal.id, traceId };
    this.#deps.log.debug(fields, "A call asked for a tool that is not there.");
    return { kind: "failure", error, meta: metaWithoutCall("", request.tool, traceId) };
  }
}

function newValidator(options: PipelineOptions, { catalog, log }: CallsDeps) {
  return createArgumentsValidator(options.validation, {
    onUnusableSchema(tool, flag, reason) {
      const fields = { server: tool.server, tool: tool.id, flag, reason: reason.slice(0, 500) };
      log.warn(fields, "A tool's schema cannot be used; its arguments are passed on unvalidated.");
      catalog.addFlag(tool, flag);
    },
  });
}

function stoppingError(server: string, reached: boolean): GatewayError {
  const details = { server, state: "stopping", retryAfterMs: 1_000, reached };
  return new GatewayError("server-unavailable", "The gateway is stopping.", details);
}

function stoppingOutcome(tool: Tool, traceId: string): Outcome {
  const error = stoppingError(tool.server, false);
  return { kind: "failure", error, meta: metaWithoutCall(tool.server, tool.id, traceId) };
}

function metaWithoutCall(server: string, tool: string, traceId: string): CallMeta {
  return {
    server,
    tool: tool.slice(0, 128),
    cache: "none",
    attempts: 0,
    circuit: "closed",
    durationMs: 0,
    traceId,
  };
}
