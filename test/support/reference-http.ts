import type { IncomingMessage, ServerResponse } from "node:http";
import type { ReferenceState, ReferenceStats } from "./reference-state.ts";

/** A running reference server. `close` cuts every connection; `await using` does the same. */
export type ReferenceServer = AsyncDisposable & {
  url: string;
  stats: ReferenceStats;
  /** Shared with every connection: extra tools can be added and removed through it. */
  state: ReferenceState;
  close(): Promise<void>;
};

/** With a token, requests and upgrades without `Authorization: Bearer <token>` get 401. */
export type AccessOptions = { token?: string };

/** Completes what all starters give back. */
export function asReferenceServer(
  url: string,
  state: ReferenceState,
  close: () => Promise<void>,
): ReferenceServer {
  return { url, state, stats: state.stats, close, [Symbol.asyncDispose]: close };
}

/** Whether the request may pass; answers it with 401 if not. */
export function admits(
  request: IncomingMessage,
  response: ServerResponse,
  { token }: AccessOptions,
): boolean {
  if (isAuthorised(request, token)) {
    return true;
  }
  response.writeHead(401, { "www-authenticate": 'Bearer realm="reference"' });
  response.end("401 Unauthorized");
  return false;
}

export function isAuthorised({ headers }: IncomingMessage, token: string | undefined): boolean {
  return token === undefined || headers.authorization === `Bearer ${token}`;
}
