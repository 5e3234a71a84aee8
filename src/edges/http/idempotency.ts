import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { abortable } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { invalidRequest } from "../../contract/index.ts";
import { principalKey, type Principal } from "../../core/access/index.ts";
import type { Answer } from "./answer.ts";
import type { HttpEdgeOptions } from "./options.ts";

/** A request that may be made under a key. */
interface KeyedRequest {
  readonly key: string | undefined;
  readonly principal: Principal;
  /** What makes it the same request: the operation and what it is given, byte for byte. */
  readonly fingerprint: readonly (string | Uint8Array)[];
}

/** What the work gave, and whether a repeated request should get it again. */
export interface KeyedAnswer {
  readonly answer: Answer;
  readonly keep: boolean;
}

/** Does a piece of work once for each key of a principal. */
export interface Idempotency extends Disposable {
  /**
   * Gives the kept answer, or joins the work under way, or does it. A caller that leaves does not
   * stop the work: its retry, with the same key, is to find the answer. The work's signal aborts
   * when the edge closes. An answer that another request's work gave says so in a header. Without a
   * key the work is simply done, under the caller's own signal.
   * @throws GatewayError `idempotency-conflict` when the key was used for another request; the
   *   signal's reason when it aborts first.
   */
  run(
    request: KeyedRequest,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<KeyedAnswer>,
  ): Promise<Answer>;
}

interface Entry {
  readonly digest: string;
  readonly answer: Promise<KeyedAnswer>;
}

/** Bytes an entry takes beside its body: key, digest, headers, bookkeeping. */
const ENTRY_OVERHEAD_BYTES = 1_024;

/** Makes an empty memory of answers, bounded in bytes, count and time. */
export function createIdempotency(
  options: Pick<
    HttpEdgeOptions,
    "idempotencyTtlMs" | "idempotencyMaxBytes" | "idempotencyMaxEntries"
  >,
  clock: Clock,
): Idempotency {
  const closing = new AbortController();
  const underWay = new Map<string, Entry>();
  const kept = new LRUCache<string, { digest: string; answer: Answer }>({
    max: options.idempotencyMaxEntries,
    maxSize: options.idempotencyMaxBytes,
    sizeCalculation: ({ answer }) => answer.body.length + ENTRY_OVERHEAD_BYTES,
    ttl: options.idempotencyTtlMs,
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
  });

  function start(
    id: string,
    digest: string,
    work: (signal: AbortSignal) => Promise<KeyedAnswer>,
  ): Promise<KeyedAnswer> {
    const answer = work(closing.signal)
      .then((outcome) => {
        if (outcome.keep) kept.set(id, { digest, answer: outcome.answer });
        return outcome;
      })
      .finally(() => underWay.delete(id));
    underWay.set(id, { digest, answer });
    return answer;
  }

  return {
    async run({ key, principal, fingerprint }, signal, work) {
      if (key === undefined) return (await work(signal)).answer;
      const id = `${principalKey(principal)}\0${key}`;
      const digest = digestOf(fingerprint);
      const known = kept.get(id);
      const running = underWay.get(id);
      const earlier = known ?? running;
      if (earlier !== undefined && earlier.digest !== digest) throw conflict(key);
      if (known !== undefined) return replayed(known.answer);
      const answer = running?.answer ?? start(id, digest, work);
      const given = (await abortable(answer, signal)).answer;
      return running === undefined ? given : replayed(given);
    },
    [Symbol.dispose]() {
      closing.abort(new GatewayError("cancelled", "The gateway is stopping.", {}));
      kept.clear();
    },
  };
}

/**
 * Reads the header: 1–255 printable ASCII characters.
 * @throws GatewayError `invalid-request`.
 */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw invalidRequest([
    {
      path: "/idempotency-key",
      message: "the header Idempotency-Key must be 1–255 printable ASCII characters",
    },
  ]);
}

function replayed(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, "idempotent-replayed": "true" } };
}

function digestOf(parts: KeyedRequest["fingerprint"]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(`${typeof part === "string" ? Buffer.byteLength(part) : part.length}:`);
    hash.update(part);
  }
  return hash.digest("base64");
}

function conflict(key: string): GatewayError {
  return new GatewayError(
    "idempotency-conflict",
    "This Idempotency-Key was used for another request; take a new key for a new one.",
    { key },
  );
}
