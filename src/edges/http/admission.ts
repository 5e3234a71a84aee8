import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../../kernel/errors.ts";
import { isLoopback } from "../../kernel/loopback.ts";
import { bearerToken, type Access, type Principal } from "../../core/access/index.ts";
import type { HttpEdgeOptions } from "./options.ts";

/** Decides which requests come in at all. Works on headers, so that upgrades pass the same door. */
export interface Admission {
  /**
   * Refuses a foreign `Host` and a web page that is not allowed; gives the page's origin when it is
   * another one's that is allowed, since its answers need CORS headers.
   * @throws GatewayError `forbidden`.
   */
  checkOrigin(headers: IncomingHttpHeaders): string | undefined;
  /** @throws GatewayError `unauthenticated`. */
  authenticate(headers: IncomingHttpHeaders): Principal;
}

/** Makes the door of an edge that listens on `host`. */
export function createAdmission(
  options: Pick<HttpEdgeOptions, "host" | "allowedHosts" | "allowedOrigins">,
  access: Access,
): Admission {
  const allowedHosts = new Set(options.allowedHosts.map((name) => name.toLowerCase()));
  const allowedOrigins = new Set(options.allowedOrigins);
  const checksHosts = isLoopback(options.host) || allowedHosts.size > 0;

  return {
    checkOrigin({ host, origin }) {
      if (checksHosts && !isOurs(host, allowedHosts)) throw foreignHost(host);
      if (origin === undefined || authorityOf(origin) === host) return undefined;
      if (allowedOrigins.has(origin) || allowedOrigins.has("*")) return origin;
      throw foreignOrigin(origin);
    },
    authenticate: (headers) => access.authenticate(tokenOf(headers)),
  };
}

function isOurs(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d*$/, "").toLowerCase();
  // Names below localhost never leave the machine (RFC 6761).
  return isLoopback(name) || name.endsWith(".localhost") || allowed.has(name);
}

function authorityOf(origin: string): string | undefined {
  return /^https?:\/\/(.+)$/.exec(origin)?.[1];
}

function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = bearerToken(headers.authorization);
  if (bearer !== undefined) return bearer;
  const key = headers["x-api-key"];
  return typeof key === "string" && key !== "" ? key : offeredToken(headers);
}

/** A web page cannot set headers on a socket: its key may stand among the subprotocols that it offers. */
function offeredToken({
  "sec-websocket-protocol": offered,
}: IncomingHttpHeaders): string | undefined {
  return /(?:^|,) *switchboard\.bearer\.([^,\s]+)/.exec(offered ?? "")?.[1];
}

function foreignHost(host: string | undefined): GatewayError {
  const shown =
    host === undefined ? "is missing" : `${JSON.stringify(host.slice(0, 200))} is not ours`;
  return new GatewayError(
    "forbidden",
    `The Host header ${shown}. Ask by a loopback name, or add the name to gateway.allowedHosts.`,
    { reason: "host" },
  );
}

function foreignOrigin(origin: string): GatewayError {
  return new GatewayError(
    "forbidden",
    `Web pages of ${JSON.stringify(origin.slice(0, 200))} may not ask. Add the origin to gateway.allowedOrigins to let them.`,
    { reason: "origin" },
  );
}
