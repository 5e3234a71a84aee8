import { asBuffer } from "../../../kernel/as-buffer.ts";
import type { Violation } from "../../../kernel/errors.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { parseSpan } from "../../../mcp/json-scan.ts";
import { membersOf } from "../../../mcp/members-of.ts";
import { withoutMembers } from "../../../mcp/without-members.ts";
import { invalidRequest } from "../../../contract/index.ts";
import type { EndpointDescription } from "../endpoint.ts";
import type { Incoming } from "../incoming.ts";

/** What a member of a request's params is, if it is not one of the body. */
interface Place {
  readonly kind: "path" | "query" | "header" | "stream";
  /** Its name there. */
  readonly key: string;
}

/** Where each member of a request's params belongs. */
export interface ParamPlaces {
  readonly named: ReadonlyMap<string, Place>;
  /** Whether all others are the body. */
  readonly takesBody: boolean;
}

/** The parts of a request that its params hold. */
export type SocketParts = Pick<Incoming, "params" | "query" | "headers" | "body" | "wantsEvents">;

const NO_PARAMS = /* @__PURE__ */ rawJson(new TextEncoder().encode("{}"));

/** Finds the places of an operation's members, all of which stand side by side in one object. */
export function paramPlaces(endpoint: EndpointDescription): ParamPlaces {
  const { path, query, headers = {}, answers, streams, body } = endpoint;
  const named = new Map<string, Place>();
  for (const header of Object.keys(headers)) {
    named.set(toMemberName(header), { kind: "header", key: header.toLowerCase() });
  }
  for (const key of Object.keys(query?.shape ?? {})) named.set(key, { kind: "query", key });
  for (const [, key = ""] of path.matchAll(/\{(\w+)\}/g)) named.set(key, { kind: "path", key });
  const hasEvents = Object.values(answers).some(({ stream }) => stream !== undefined);
  if (hasEvents || streams === true) named.set("stream", { kind: "stream", key: "stream" });
  return { named, takesBody: body !== undefined };
}

/** `Last-Event-ID` → `lastEventId`. */
function toMemberName(header: string): string {
  return header.toLowerCase().replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}

/**
 * Takes params apart. What has no place of its own is the body, byte for byte.
 * @throws GatewayError `invalid-request` with every violation.
 */
export function splitParams(
  raw: RawJson | undefined,
  places: ParamPlaces,
  { maxParamLength }: { readonly maxParamLength: number },
): SocketParts {
  const given = raw ?? NO_PARAMS;
  const members = membersOf(given);
  const found = { path: new Map(), query: new Map(), header: new Map(), stream: new Map() };
  const violations: Violation[] = [];
  for (const [name, span] of members) {
    const place = places.named.get(name);
    if (place === undefined) {
      if (!places.takesBody) violations.push(unknownMember(name, places));
      continue;
    }
    const value = parseSpan(given.bytes, span);
    const message = problemWith(place, value, maxParamLength);
    if (message !== undefined) violations.push({ path: `/${name}`, message });
    found[place.kind].set(place.key, value);
  }
  violations.push(...missingMembers(members, places));
  if (violations.length > 0) throw invalidRequest(violations);
  return {
    params: Object.fromEntries(found.path) as Record<string, string>,
    query: Object.fromEntries(found.query) as Record<string, unknown>,
    headers: Object.fromEntries(found.header) as Record<string, string>,
    body: places.takesBody ? bodyOf(given.bytes, places) : undefined,
    wantsEvents: found.stream.get("stream") === true,
  };
}

/** What is wrong with a value for its place; a query is read by its schema. */
function problemWith({ kind }: Place, value: unknown, maxLength: number): string | undefined {
  if (kind === "query") return undefined;
  if (kind === "stream") return typeof value === "boolean" ? undefined : "expected true or false";
  const isGood = typeof value === "string" && value !== "" && value.length <= maxLength;
  return isGood ? undefined : `expected 1–${maxLength} characters`;
}

function missingMembers(
  members: ReadonlyMap<string, unknown>,
  { named }: ParamPlaces,
): readonly Violation[] {
  return [...named]
    .filter(([name, { kind }]) => kind === "path" && !members.has(name))
    .map(([name]) => ({ path: `/${name}`, message: "is required" }));
}

function bodyOf(text: Uint8Array, { named }: ParamPlaces): Buffer {
  return asBuffer(withoutMembers(text, (name) => named.has(name)));
}

function unknownMember(name: string, { named }: ParamPlaces): Violation {
  const [nearest] = nearestNames(name, [...named.keys()], 1);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  const shown = name.slice(0, 80);
  return { path: `/${shown}`, message: `unknown member ${JSON.stringify(shown)}${hint}` };
}
