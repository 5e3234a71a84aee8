import { planEventSchema } from "../../../contract/index.ts";
import { objectMembers, slice } from "../../../mcp/json-scan.ts";
import { duringConnection } from "../failures/lost-connection.ts";
import type { PlanEventAnswer } from "../plans/answers.ts";
import { askEvents } from "./ask-events.ts";
import { readAnswer, type Ask, type RestClient } from "./rest-client.ts";

/** Whether the answer holds the values of the steps. */
export type StepValues = "auto" | "none";

/** Checks a plan without running it; gives the answer's JSON text. */
export async function checkPlan(client: RestClient, plan: string): Promise<Uint8Array> {
  return (await client.ask({ method: "POST", path: "/v1/plans/check", body: plan })).body;
}

/** A run as the command line asks for it. */
export interface PlanRunRequest {
  /** The plan with its input, JSON text. */
  readonly plan: string;
  readonly timeoutMs: number | undefined;
  readonly values: StepValues;
}

/** Who follows a run. */
export interface PlanFollower {
  readonly onEvent: (event: PlanEventAnswer) => void;
  /** An abort cancels the plan; what became of it then is still waited for. */
  readonly signal: AbortSignal;
  readonly onCancel: () => void;
}

/**
 * Runs a plan to its end; gives the answer's JSON text.
 * @throws ProblemError `invalid-plan` and others; the signal's reason when it aborts before the plan
 *   has begun, or when cancelling fails.
 * @throws GatewayError `daemon-unreachable`; a connection lost in between leaves open what was done.
 */
export async function runPlan(
  client: RestClient,
  { plan, timeoutMs, values }: PlanRunRequest,
  { onEvent, signal, onCancel }: PlanFollower,
): Promise<Uint8Array> {
  const leaving = new AbortController();
  let id: string | undefined;
  const cancel = (): void => {
    if (id === undefined) return leaving.abort(signal.reason);
    onCancel();
    // The request's own signal has aborted already.
    cancelPlan(client, id, { values: "none", signal: leaving.signal }).catch(() =>
      leaving.abort(signal.reason),
    );
  };
  signal.throwIfAborted();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const report = follow(
      client,
      { ...detachable(plan, { timeoutMs, values }), signal: leaving.signal },
      (event) => {
        id ??= event.plan;
        onEvent(event);
      },
    );
    return await duringConnection(report, () => ({
      during: id === undefined ? "the plan began" : `plan ${id} ran`,
      means:
        "it may have done part of its work, and if the daemon has ended, nothing of that was undone.",
    }));
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Begins a plan that runs on alone; gives the answer's JSON text, the plan as it is then. */
export async function detachPlan(client: RestClient, request: PlanRunRequest): Promise<Uint8Array> {
  const asked = client.ask(detachable(request.plan, { ...request, detach: true }));
  const { body } = await duringConnection(asked, () => ({
    during: "the plan was handed over",
    means: "it may have begun, and if the daemon has ended, nothing of it was undone.",
  }));
  return body;
}

/** A plan as it is now. */
export async function showPlan(
  client: RestClient,
  id: string,
  values: StepValues,
): Promise<Uint8Array> {
  return (await client.ask(showing(id, values))).body;
}

/** Follows a plan to its end; leaving does not cancel it. */
export function followPlan(
  client: RestClient,
  { id, values }: { readonly id: string; readonly values: StepValues },
  onEvent: (event: PlanEventAnswer) => void,
): Promise<Uint8Array> {
  return follow(client, showing(id, values), onEvent);
}

/** Cancels a plan; gives the plan as it is then, which may still be ending. */
export async function cancelPlan(
  client: RestClient,
  id: string,
  { values, signal }: { readonly values: StepValues; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const path = `/v1/plans/${encodeURIComponent(id)}?values=${values}`;
  return (await client.ask({ method: "DELETE", path, signal })).body;
}

function detachable(
  plan: string,
  options: { timeoutMs: number | undefined; values: StepValues; detach?: boolean },
): Ask {
  const { timeoutMs, values, detach } = options;
  const query = new URLSearchParams({
    values,
    ...(timeoutMs === undefined ? {} : { timeoutMs: String(timeoutMs) }),
    ...(detach === true ? { detach: "true" } : {}),
  });
  return { method: "POST", path: `/v1/plans?${query.toString()}`, body: plan };
}

function showing(id: string, values: StepValues): Ask {
  return { method: "GET", path: `/v1/plans/${encodeURIComponent(id)}?values=${values}` };
}

async function follow(
  client: RestClient,
  request: Ask,
  onEvent: (event: PlanEventAnswer) => void,
): Promise<Uint8Array> {
  const { data, isStream } = await askEvents(client, request, {
    last: "plan.finished",
    awaited: "the plan had ended",
    onEvent(type, text) {
      if (KNOWN.has(type)) onEvent(readAnswer(planEventSchema, text));
    },
  });
  if (!isStream) return data;
  const report = objectMembers(data).get("report");
  return report === undefined ? data : slice(data, report);
}

const KNOWN: ReadonlySet<string> = /* @__PURE__ */ new Set(planEventSchema.shape.type.options);
