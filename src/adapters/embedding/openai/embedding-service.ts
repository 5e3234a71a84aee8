import { Agent, request } from "undici";
import { childAbort } from "../../../kernel/abort.ts";
import { sleep, type Clock } from "../../../kernel/clock.ts";
import type { Random } from "../../../kernel/random.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { ServiceError } from "./service-error.ts";

/** A service with one route, asked until it answers or there is no hope. */
export interface EmbeddingService extends AsyncDisposable {
  /**
   * Posts a JSON body and gives the parsed answer.
   * @throws ServiceError, or the signal's reason.
   */
  post(body: object, signal: AbortSignal): Promise<unknown>;
}

/** How the service is reached. */
export interface EmbeddingServiceOptions {
  readonly url: URL;
  readonly apiKey: string | undefined;
  /** Longest attempt, answer included. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

const MAX_CONNECTIONS = 4;
const MAX_ANSWER_BYTES = 134_217_728;
const MAX_REASON_LENGTH = 300;

/** Makes the client; it connects when it is first asked. */
export function createEmbeddingService(
  options: EmbeddingServiceOptions,
  deps: { readonly clock: Clock; readonly random: Random },
): EmbeddingService {
  const { clock, random } = deps;
  const agent = new Agent({
    connections: MAX_CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    connect: { timeout: options.timeoutMs },
  });

  return {
    async post(body, signal) {
      for (let failures = 1; ; failures++) {
        try {
          return await attempt(body, { options, agent, clock, signal });
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof ServiceError)) throw error;
          if (!error.mayPass || failures > options.maxRetries) throw error;
          const { retryAfter } = error;
          const now = clock.now();
          const delayMs = retryDelayMs({ failures, retryAfter, now, random: random.next() });
          if (delayMs === undefined) throw error;
          await sleep(clock, delayMs, signal);
        }
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

interface AttemptTerms {
  readonly options: EmbeddingServiceOptions;
  readonly agent: Agent;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function attempt(body: object, terms: AttemptTerms): Promise<unknown> {
  const { options, agent, clock, signal } = terms;
  using limited = childAbort(signal);
  const timer = clock.after(options.timeoutMs, () =>
    limited.abort(unreachable(options, `no answer within ${options.timeoutMs} ms`)),
  );
  try {
    const answer = await exchange(body, { options, agent, signal: limited.signal });
    if (answer.status === 200) return parse(answer.text, options);
    throw refusal(answer, options);
  } finally {
    timer[Symbol.dispose]();
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

async function exchange(
  body: object,
  { options, agent, signal }: Omit<AttemptTerms, "clock">,
): Promise<Answer> {
  try {
    const answer = await request(options.url, {
      method: "POST",
      dispatcher: agent,
      signal,
      headers: headersFor(options.apiKey),
      body: JSON.stringify(body),
    });
    const retryAfter = [answer.headers["retry-after"]].flat()[0];
    return { status: answer.statusCode, retryAfter, text: await answer.body.text() };
  } catch (error) {
    signal.throwIfAborted();
    const { message, code } = error as { message?: string; code?: string };
    throw unreachable(options, message || code, error);
  }
}

function headersFor(apiKey: string | undefined): Record<string, string> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return apiKey === undefined ? headers : { ...headers, authorization: `Bearer ${apiKey}` };
}

function parse(text: string, options: EmbeddingServiceOptions): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const shown = JSON.stringify(publicText(text, options).slice(0, 80));
    const message = `${place(options)} answered no JSON but ${shown}. Does embedding.url point to an OpenAI-compatible API?`;
    throw new ServiceError(message, { problem: "failed", cause: error });
  }
}

function unreachable(
  options: EmbeddingServiceOptions,
  reason: string | undefined,
  cause?: unknown,
): ServiceError {
  const message = `${place(options)} cannot be reached: ${publicText(reason ?? "unknown", options)}`;
  return new ServiceError(message, { problem: "unreachable", mayPass: true, cause });
}

function refusal(
  { status, retryAfter, text }: Answer,
  options: EmbeddingServiceOptions,
): ServiceError {
  const reason = publicText(reasonIn(text), options).slice(0, MAX_REASON_LENGTH);
  const said = reason === "" ? "" : `: ${reason}`;
  const message = `${place(options)} answered ${status}${said}`;
  if (status === 401 || status === 403) {
    return new ServiceError(`${message}. Check embedding.apiKey.`, { problem: "refused" });
  }
  if (status === 404) {
    const hint = "Check embedding.url and embedding.model.";
    return new ServiceError(`${message}. ${hint}`, { problem: "model-missing" });
  }
  const mayPass = status === 408 || status === 429 || (status >= 500 && status !== 501);
  const problem = mayPass ? "unreachable" : "failed";
  return new ServiceError(message, { problem, mayPass, retryAfter });
}

/** What a service says of its error; each has its own shape. */
function reasonIn(text: string): string {
  try {
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown };
    const inner = (body.error as { message?: unknown } | undefined)?.message;
    const said = [inner, body.error, body.message, body.detail];
    return said.find((reason) => typeof reason === "string") ?? "";
  } catch {
    return text;
  }
}

/** Services repeat keys in their errors; lines of a page are no message. */
function publicText(text: string, { apiKey }: EmbeddingServiceOptions): string {
  const hidden = apiKey ? text.replaceAll(apiKey, "[redacted]") : text;
  return hidden.replaceAll(/\s+/g, " ").trim();
}

function place({ url }: EmbeddingServiceOptions): string {
  return `The embedding service at ${url.origin}${url.pathname}`;
}
