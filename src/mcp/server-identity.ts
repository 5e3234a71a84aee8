import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";
import { META } from "./meta-keys.ts";

/** What a server says of itself when a connection opens, in either era. Its words are untrusted. */
export interface ServerIdentity {
  readonly name?: string;
  readonly version?: string;
  readonly title?: string;
  readonly instructions?: string;
  /** Whether it announces changes of its tool list. */
  readonly toolsListChanged: boolean;
}

/** What a `server/discover` result holds that matters here. */
export interface Discovery {
  readonly supportedVersions: readonly string[];
  readonly identity: ServerIdentity;
}

/** Reads a `server/discover` result; `undefined` when it is of another shape, so no modern server's. */
export function readDiscovery(result: JsonValue): Discovery | undefined {
  if (!isJsonObject(result)) return undefined;
  const versions = readVersions(result["supportedVersions"]);
  if (versions === undefined) return undefined;
  const meta = objectIn(result, "_meta");
  const identity = readIdentity(result, objectIn(meta, META.serverInfo));
  return { supportedVersions: versions, identity };
}

/** Reads an `initialize` result; `undefined` when it names no protocol version. */
export function readInitialize(
  result: JsonValue,
): { readonly protocolVersion: string; readonly identity: ServerIdentity } | undefined {
  if (!isJsonObject(result) || typeof result["protocolVersion"] !== "string") return undefined;
  const identity = readIdentity(result, objectIn(result, "serverInfo"));
  return { protocolVersion: result["protocolVersion"], identity };
}

/** The versions named in the data of a -32022 error. */
export function readSupportedVersions(data: JsonValue | undefined): readonly string[] {
  return isJsonObject(data) ? (readVersions(data["supported"]) ?? []) : [];
}

function readIdentity(result: JsonObject, info: JsonObject): ServerIdentity {
  const tools = objectIn(objectIn(result, "capabilities"), "tools");
  return {
    ...text("name", info["name"]),
    ...text("version", info["version"]),
    ...text("title", info["title"]),
    ...text("instructions", result["instructions"]),
    toolsListChanged: tools["listChanged"] === true,
  };
}

function text<Key extends string>(key: Key, value: JsonValue | undefined): { [K in Key]?: string } {
  if (typeof value !== "string" || value === "") return {};
  return { [key]: value } as { [K in Key]?: string };
}

function objectIn(value: JsonObject, key: string): JsonObject {
  const member = value[key];
  return isJsonObject(member) ? member : {};
}

function readVersions(value: JsonValue | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((version): version is string => typeof version === "string");
}
