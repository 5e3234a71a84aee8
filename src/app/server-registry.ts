import { parseServerId, type ServerId } from "../core/catalog/index.ts";
import {
  untilSettled,
  type ServerRegistry,
  type ServerStatus,
  type Upstreams,
} from "../core/upstream/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { GatewayError } from "../kernel/errors.ts";
import { jsonPointer } from "../kernel/json-pointer.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";
import type { ServerSet } from "./server-set.ts";

/** How long an added server is waited for before its state so far is answered, in milliseconds. */
const ANSWER_WITHIN_MS = 30_000;

export interface ServerRegistryDeps {
  readonly set: ServerSet;
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  /** Read at each change: the setting can change while the daemon runs. */
  readonly allowCommands: () => boolean;
}

/** Adds, changes and removes servers while the daemon runs. */
export function createServerRegistry(deps: ServerRegistryDeps): ServerRegistry {
  const { set, upstreams } = deps;

  async function put(id: string, entry: JsonObject, signal: AbortSignal): Promise<ServerStatus> {
    const server = check(deps, id, entry);
    await set.setOverlayEntry(id, entry);
    const request = { servers: [server], timeoutMs: ANSWER_WITHIN_MS, signal };
    await untilSettled(upstreams, deps.clock, request);
    const status = upstreams.status(server);
    if (status === undefined) throw unknownServer(id);
    return status;
  }

  function ownEntry(id: string, action: string): JsonObject {
    const entry = set.overlayEntry(id);
    if (set.has(id) === "file") {
      const message = `The server ${id} stands in the config file; ${action} it there.`;
      throw new GatewayError("forbidden", message, { reason: "config-file" });
    }
    if (entry === undefined) throw unknownServer(id);
    return entry;
  }

  return {
    async add(id, entry, signal) {
      if (set.has(id) !== undefined) {
        const message = `There is a server ${id} already; remove it first, or choose another id.`;
        throw new GatewayError("server-exists", message, { server: id });
      }
      return put(id, entry, signal);
    },
    async change(id, patch, signal) {
      return put(id, merge(ownEntry(id, "change"), patch), signal);
    },
    async remove(id) {
      ownEntry(id, "remove");
      await set.setOverlayEntry(id, undefined);
    },
  };
}

/** The id, when the entry may stand under it. */
function check(
  { set, allowCommands }: ServerRegistryDeps,
  id: string,
  entry: JsonObject,
): ServerId {
  const allowed = allowCommands();
  if (!allowed && startsProgram(entry)) {
    const message =
      "Servers that start a program cannot be added over the API. Put the entry into the config file, or set gateway.allowCommandsOverApi there.";
    throw new GatewayError("forbidden", message, { reason: "commands-over-api" });
  }
  const read = set.parse(id, entry, allowed);
  const server = parseServerId(id);
  if (read.kind === "ok" && server !== undefined) return server;
  const problems = read.kind === "failed" ? read.problems : [];
  throw new GatewayError("invalid-request", `The entry for ${id} is wrong.`, {
    violations: problems.map(({ path, message }) => ({ path: jsonPointer(path), message })),
  });
}

function startsProgram(entry: JsonObject): boolean {
  const { endpoints } = entry;
  const blocks: readonly JsonValue[] = [entry, ...(Array.isArray(endpoints) ? endpoints : [])];
  return blocks.some((block) => isJsonObject(block) && Object.hasOwn(block, "command"));
}

/** JSON merge patch (RFC 7396). */
function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map<string, JsonValue>(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else if (isJsonObject(value)) merged.set(key, merge(isJsonObject(before) ? before : {}, value));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function unknownServer(id: string): GatewayError<"unknown-server"> {
  return new GatewayError("unknown-server", `There is no server ${id}.`, {
    server: id,
    nearest: [],
  });
}
