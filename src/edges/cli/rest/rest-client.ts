import { z } from "zod";
import type { RestRequest, RestResponse, RestTransport } from "../host.ts";
import { ProblemError } from "../failures/problem.ts";
import { CommandError } from "../failures/usage-error.ts";

/** A request as commands make it. */
export interface Ask {
  readonly method: RestRequest["method"];
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly accept?: string;
  readonly onChunk?: (chunk: Uint8Array) => void;
  /** The id of the tool or server that it is about, for hints. */
  readonly subject?: string;
  /** Instead of the command's own. */
  readonly signal?: AbortSignal;
}

/** The HTTP API as commands use it. */
export interface RestClient extends AsyncDisposable {
  readonly target: string;
  /**
   * @throws ProblemError when the answer is no success.
   * @throws GatewayError `daemon-unreachable`.
   */
  ask(request: Ask): Promise<RestResponse>;
}

export function createRestClient(transport: RestTransport, signal: AbortSignal): RestClient {
  return {
    target: transport.target,
    async ask({ subject, accept = "application/json", ...request }) {
      const json = request.body === undefined ? {} : { "content-type": "application/json" };
      const response = await transport.send({
        signal,
        ...request,
        headers: { accept, ...json },
      });
      if (response.status >= 200 && response.status < 300) return response;
      throw new ProblemError({ ...response, target: transport.target, subject });
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/**
 * Reads an answer by its schema.
 * @throws CommandError when it has another shape.
 */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  body: Uint8Array,
): z.output<Schema> {
  let why: string;
  try {
    const outcome = schema.safeParse(JSON.parse(Buffer.from(body).toString("utf8")));
    if (outcome.success) return outcome.data;
    why = z.prettifyError(outcome.error);
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  throw new CommandError(
    `The daemon's answer cannot be read: ${why.replaceAll(/\s*\n\s*/g, " ")}`,
    "The daemon may be of another version: compare switchboard --version with switchboard status.",
  );
}
