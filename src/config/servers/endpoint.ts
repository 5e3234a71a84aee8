import { parseEnvFile } from "../env-file.ts";
import { resolveLocalPath } from "../local-path.ts";
import type { ConfigPath } from "../problem.ts";
import type { EndpointBlock } from "./server-block.ts";
import type { ServerEndpoint, ServerLaunch } from "./server-entry.ts";
import { TRANSPORT_NAMES } from "./server-schema.ts";

/** Where an endpoint's paths start and how its files are read. */
export interface EndpointContext {
  /** Folder that relative paths start at; absent: they must be absolute. */
  readonly baseDir: string | undefined;
  /** @throws an error that says why the file cannot be read. */
  readonly readFile: (path: string) => string;
  readonly report: (path: ConfigPath, message: string) => void;
  /** Told the absolute path of every file that was asked for. */
  readonly onFile: (path: string) => void;
}

type UrlTransport = Exclude<ServerEndpoint["transport"], "stdio">;

/** Reads one way to reach a server; gives `undefined` after reporting why it is none. */
export function readEndpoint(
  block: EndpointBlock,
  path: ConfigPath,
  context: EndpointContext,
): ServerEndpoint | undefined {
  const { command, url } = block;
  const wanted = transportOf(block.type);
  if (url === undefined) {
    if (command === undefined) {
      context.report(path, 'needs "command" (a program to start) or "url".');
      return undefined;
    }
    if (wanted !== undefined && wanted !== "stdio") {
      context.report([...path, "type"], `"${block.type}" needs a "url".`);
    }
    if (block.headers !== undefined) {
      context.report([...path, "headers"], 'needs a "url" that they are sent to.');
    }
    return { transport: "stdio", launch: readLaunch({ ...block, command }, path, context) };
  }
  const target = readUrl(url, path, context);
  const launch =
    command === undefined ? undefined : readLaunch({ ...block, command }, path, context);
  if (command === undefined) refuseLaunchSettings(block, path, context);
  if (target === undefined) return undefined;
  const headers = { ...loginOf(target, block), ...block.headers };
  const transport = urlTransport(target, { wanted, path, context });
  if (transport === undefined) return undefined;
  return { transport, url: target.href, headers, ...(launch === undefined ? {} : { launch }) };
}

function transportOf(type: string | undefined): ServerEndpoint["transport"] | undefined {
  return type === undefined ? undefined : TRANSPORT_NAMES[type as keyof typeof TRANSPORT_NAMES];
}

interface Target {
  readonly href: string;
  readonly webSocket: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

function readUrl(text: string, path: ConfigPath, context: EndpointContext): Target | undefined {
  const at = [...path, "url"];
  if (!URL.canParse(text)) {
    context.report(at, "must be a whole URL, such as https://host/mcp or ws://127.0.0.1:8711.");
    return undefined;
  }
  const url = new URL(text);
  if (!/^(https?|wss?):$/.test(url.protocol)) {
    context.report(
      at,
      `must begin with http://, https://, ws:// or wss://, not ${url.protocol}//.`,
    );
    return undefined;
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  const login = `${percentDecoded(username)}:${percentDecoded(password)}`;
  const headers =
    username === "" ? {} : { Authorization: `Basic ${Buffer.from(login).toString("base64")}` };
  return { href: url.href, webSocket: url.protocol.startsWith("ws"), headers };
}

/** The login of the URL as a header, unless the entry has one of its own. */
function loginOf({ headers }: Target, block: EndpointBlock): Target["headers"] {
  const named = Object.keys(block.headers ?? {}).map((name) => name.toLowerCase());
  return named.includes("authorization") ? {} : headers;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function urlTransport(
  target: Target,
  asked: {
    readonly wanted: ServerEndpoint["transport"] | undefined;
    readonly path: ConfigPath;
    readonly context: EndpointContext;
  },
): UrlTransport | undefined {
  const { wanted, path, context } = asked;
  const natural: UrlTransport = target.webSocket ? "websocket" : "streamable-http";
  if (wanted === undefined || wanted === natural) return natural;
  if (wanted === "sse" && !target.webSocket) return "sse";
  const why =
    wanted === "stdio"
      ? '"stdio" has no URL. Remove "type" or "url".'
      : `does not fit the URL, which begins with ${target.href.slice(0, target.href.indexOf(":"))}://. Remove "type" or change the URL.`;
  context.report([...path, "type"], why);
  return undefined;
}

function refuseLaunchSettings(
  block: EndpointBlock,
  path: ConfigPath,
  context: EndpointContext,
): void {
  for (const key of ["args", "env", "envFile", "cwd"] as const) {
    const value = block[key];
    const empty = value === undefined || Object.keys(value).length === 0;
    if (!empty)
      context.report([...path, key], 'needs a "command": without one nothing is started.');
  }
}

function readLaunch(
  block: EndpointBlock & { readonly command: string },
  path: ConfigPath,
  context: EndpointContext,
): ServerLaunch {
  const cwd = localPath(block.cwd, [...path, "cwd"], context);
  const env = { ...readEnv(block.envFile, [...path, "envFile"], context), ...block.env };
  return {
    command: block.command,
    args: block.args ?? [],
    env,
    ...(cwd === undefined ? {} : { cwd }),
  };
}

function localPath(
  text: string | undefined,
  path: ConfigPath,
  context: EndpointContext,
): string | undefined {
  if (text === undefined) return undefined;
  const absolute = resolveLocalPath(text, context.baseDir);
  if (absolute === undefined) context.report(path, `must be an absolute path, but is "${text}".`);
  return absolute;
}

function readEnv(
  file: string | undefined,
  path: ConfigPath,
  context: EndpointContext,
): Readonly<Record<string, string>> {
  const absolute = localPath(file, path, context);
  if (absolute === undefined) return {};
  context.onFile(absolute);
  let text: string;
  try {
    text = context.readFile(absolute);
  } catch (error) {
    context.report(path, `${absolute} cannot be read: ${(error as Error).message}.`);
    return {};
  }
  const { variables, badLines } = parseEnvFile(text);
  if (badLines.length > 0) {
    const shown = badLines.slice(0, 5).join(", ");
    context.report(path, `${absolute}: line ${shown} is not NAME=value.`);
  }
  return variables;
}
