import type { SharedAbort } from "../../../kernel/abort.ts";
import { objectMembers, slice } from "../../../mcp/json-scan.ts";
import { rawJson, toRawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { principalKey } from "../../access/index.ts";
import type { ServerId, Tool } from "../../catalog/index.ts";
import type { Metrics } from "../../metrics/index.ts";
import type { Isolation } from "../../upstream/index.ts";
import type { Call } from "../call.ts";
import { canonicalJson } from "../canonical-json.ts";
import { isFollowingMeta } from "../following-meta.ts";
import type { Ending, Next, Stage } from "../stage.ts";
import { whenEnded } from "../when-ended.ts";

interface Flight {
  readonly ending: Promise<Ending>;
  /** Held by the deadlines of all who wait. */
  readonly abort: SharedAbort;
  /** The deadlines of all who wait, where progress puts them off. */
  readonly signsOfLife: (() => void)[] | undefined;
}

export interface SingleFlightDeps {
  readonly metrics: Metrics;
  readonly isolationOf: (server: ServerId) => Isolation | undefined;
  /** Counts what may have changed a tool's answers; calls do not share one that began before. */
  readonly generationOf: (tool: Tool) => number;
}

/**
 * Lets equal calls that overlap share one: calls of read-only tools by the same principal, with
 * arguments that mean the same, between which nothing was written. Callers each keep their own
 * deadline and may leave; the shared call is cancelled only when all have left.
 *
 * Not shared are calls that ask for a fresh answer (`cache: bypass` or `refresh`), that want progress
 * (the shared call's would be another's), that carry on an earlier call, and those whose arguments
 * have no canonical form.
 */
export function createSingleFlightStage(deps: SingleFlightDeps): Stage {
  const flights = new Map<string, Flight>();
  const coalesced = deps.metrics.bind("coalescedCalls", {});

  function lead(call: Call, key: string, next: Next): Ending | Promise<Ending> {
    const ending = next(call);
    if (!(ending instanceof Promise) || call.abort === undefined) return ending;
    const flight: Flight = { ending, abort: call.abort, signsOfLife: call.signsOfLife };
    flights.set(key, flight);
    return whenEnded(
      () => ending,
      () => {
        if (flights.get(key) === flight) flights.delete(key);
      },
    );
  }

  function join(call: Call, flight: Flight): Ending | Promise<Ending> {
    const { signal } = call;
    const leave = (): void => flight.abort.leave(signal.reason);
    flight.abort.join();
    if (call.signsOfLife !== undefined) flight.signsOfLife?.push(...call.signsOfLife);
    signal.addEventListener("abort", leave, { once: true });
    call.notes.cache = "coalesced";
    coalesced.add();
    return whenEnded(
      () => flight.ending,
      () => signal.removeEventListener("abort", leave),
    );
  }

  return (call, next) => {
    const ownKey = flightKey(call, deps.isolationOf(call.tool.server));
    if (ownKey === undefined) return next(call);
    const key = `${deps.generationOf(call.tool)}\0${ownKey}`;
    const flight = flights.get(key);
    if (flight === undefined || flight.abort.signal.aborted) return lead(call, key, next);
    return join(call, flight);
  };
}

/** What two calls must have in common to be one; `undefined` for a call that stays on its own. */
export function flightKey(call: Call, isolation: Isolation | undefined): string | undefined {
  const { request, principal, tool } = call;
  if (!tool.readOnly || request.cache === "bypass" || request.cache === "refresh") return undefined;
  if (request.onProgress !== undefined) return undefined;
  if (request.inputResponses !== undefined || request.requestState !== undefined) return undefined;
  const args = canonicalJson(request.arguments);
  const meta = request.meta === undefined ? "" : canonicalMeta(request.meta);
  if (args === undefined || meta === undefined) return undefined;
  const session = isolation === "session" ? JSON.stringify(request.session ?? "") : "";
  const who = `${principalKey(principal)}\0${session}`;
  return `${who}\0${tool.id}\0${tool.fingerprint}\0${args}\0${meta}`;
}

function canonicalMeta(meta: RawJson): string | undefined {
  try {
    const members = [...objectMembers(meta.bytes)]
      .filter(([key]) => !isFollowingMeta(key))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, span]) => [key, canonicalJson(rawJson(slice(meta.bytes, span)))] as const);
    if (members.some(([, value]) => value === undefined)) return undefined;
    return canonicalJson(toRawJson(members));
  } catch {
    return undefined;
  }
}
