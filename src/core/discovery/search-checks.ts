import { GatewayError, type Violation } from "../../kernel/errors.ts";
import { nearestNames } from "../../kernel/nearest-names.ts";
import type { SearchRequest, ToolRequest } from "./discovery.ts";
import type { VisibilityFilter } from "./visibility.ts";

/** Longest text that is searched for, in characters. */
export const MAX_QUERY_CHARACTERS = 8_192;
/** Most tool requests that are answered at once. */
export const MAX_TOOL_REQUESTS = 32;
const MAX_LIMIT = 100;
const MAX_NAMES = 100;
const MODES = ["hybrid", "dense", "lexical"];

/** The names that a filter may use. */
export interface KnownNames {
  readonly servers: () => readonly string[];
  readonly tags: () => readonly string[];
}

/** @throws GatewayError `invalid-request` with all that is wrong with a search. */
export function checkSearch(request: SearchRequest, known: KnownNames): void {
  const violations = [
    ...textViolations(request.query, "/query"),
    ...limitViolations(request.limit),
    ...filterViolations(request, known),
  ];
  if (request.mode !== undefined && !MODES.includes(request.mode)) {
    const message = `must be one of ${MODES.join(", ")}, got ${JSON.stringify(request.mode)}`;
    violations.push({ path: "/mode", message });
  }
  refuse(violations);
}

/** @throws GatewayError `invalid-request` with all that is wrong with tool requests. */
export function checkToolRequests(
  { requests, limit }: { readonly requests: readonly ToolRequest[]; readonly limit?: number },
  path = "/requests",
): void {
  const violations = limitViolations(limit);
  if (requests.length === 0) {
    violations.push({ path, message: "must hold at least one request" });
  }
  if (requests.length > MAX_TOOL_REQUESTS) {
    const message = `must hold at most ${MAX_TOOL_REQUESTS} requests, got ${requests.length}`;
    violations.push({ path, message });
  }
  for (const [at, { server, tool }] of requests.slice(0, MAX_TOOL_REQUESTS).entries()) {
    violations.push(...textViolations(tool, `${path}/${at}/tool`));
    if (server !== undefined && server.length > MAX_QUERY_CHARACTERS) {
      violations.push(...textViolations(server, `${path}/${at}/server`));
    }
  }
  refuse(violations);
}

function textViolations(text: string, path: string): Violation[] {
  if (text.length > MAX_QUERY_CHARACTERS) {
    const message = `must be at most ${MAX_QUERY_CHARACTERS} characters, got ${text.length}`;
    return [{ path, message }];
  }
  if (text.trim() !== "") return [];
  return [{ path, message: "must say in words what is needed, got an empty text" }];
}

function limitViolations(limit: number | undefined): Violation[] {
  if (limit === undefined) return [];
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return [];
  const message = `must be a whole number from 1 to ${MAX_LIMIT}, got ${String(limit)}`;
  return [{ path: "/limit", message }];
}

function filterViolations({ servers, tags }: VisibilityFilter, known: KnownNames): Violation[] {
  return [
    ...nameViolations(servers, { path: "/servers", kind: "server", known: known.servers }),
    ...nameViolations(tags, { path: "/tags", kind: "tag", known: known.tags }),
  ];
}

function nameViolations(
  names: readonly string[] | undefined,
  { path, kind, known }: { path: string; kind: string; known: () => readonly string[] },
): Violation[] {
  if (names === undefined) return [];
  if (names.length > MAX_NAMES) {
    return [{ path, message: `must name at most ${MAX_NAMES} ${kind}s, got ${names.length}` }];
  }
  const all = new Set(known());
  return names.flatMap((name, at) => {
    if (all.has(name)) return [];
    const nearest = nearestNames(name, all);
    const hint = nearest.length === 0 ? "" : `; did you mean ${nearest.join(", ")}?`;
    const message = `no ${kind} is named ${JSON.stringify(name.slice(0, 64))}${hint}`;
    return [{ path: `${path}/${at}`, message }];
  });
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const list = violations.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new GatewayError("invalid-request", `The search cannot be run: ${list}.`, { violations });
}
