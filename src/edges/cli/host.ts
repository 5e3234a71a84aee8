import type { Readable, Writable } from "node:stream";
import type { JsonObject } from "../../kernel/json.ts";

/** What every command may be told on its command line. */
export interface GlobalFlags {
  /** A config file instead of the default places. */
  readonly config?: string;
  /** A daemon's URL instead of the one found through the data directory. */
  readonly url?: string;
  /** Machine-readable output. */
  readonly json: boolean;
}

export interface ServeFlags extends GlobalFlags {
  readonly host?: string;
  readonly port?: number;
  readonly dataDir?: string;
  readonly logLevel?: string;
  /** Listens beyond loopback although no `auth` is configured. */
  readonly insecure: boolean;
}

/** What `serve` tells once its edges listen. */
export interface ServeReady {
  /** Base URL of the REST API, for example `http://127.0.0.1:8700`. */
  readonly url: string;
  /** Where MCP clients connect, for example `http://127.0.0.1:8700/mcp`. */
  readonly mcpUrl: string;
  /** Servers configured, ready or not. */
  readonly servers: number;
  readonly serverIds: readonly string[];
  /** Tools known so far: servers connect in the background. */
  readonly tools: number;
  /** What the operator should know, for example that FAISS is not in use. */
  readonly notes: readonly string[];
}

export interface RestRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With query, for example `/v1/tools?limit=10`. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /**
   * Hears the answer's body as it arrives, for event streams; the answer holds the whole body still.
   * A transport that cannot tell before the end tells then.
   */
  readonly onChunk?: (chunk: Uint8Array) => void;
}

export interface RestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** The HTTP API, over a socket to a daemon or straight into a gateway of this process. */
export interface RestTransport extends AsyncDisposable {
  /** Where it leads, for messages: a URL, or `this process`. */
  readonly target: string;
  /** @throws GatewayError `daemon-unreachable`; the signal's reason when it aborts first. */
  send(request: RestRequest): Promise<RestResponse>;
}

/** Whether a daemon's process still holds its data directory. */
export type DaemonState =
  | { readonly kind: "running" }
  /** It takes no more requests; negative when it is late. */
  | { readonly kind: "stopping"; readonly endsWithinMs: number }
  /** All it held can be taken by another. */
  | { readonly kind: "ended" };

/** The process of a daemon of this machine. */
export interface DaemonProcess {
  readonly pid: number;
  look(): Promise<DaemonState>;
}

/** A YAML document as JSON text, or all that is wrong with it, lines and columns counted from 1. */
export type YamlReading =
  | { readonly kind: "read"; readonly json: Uint8Array }
  | {
      readonly kind: "broken";
      readonly problems: readonly {
        readonly message: string;
        readonly line: number;
        readonly column: number;
      }[];
    };

/** A server entry as the config file holds it. */
export interface ConfiguredServer {
  readonly id: string;
  readonly entry: JsonObject;
}

/** A set of entries found in another program's config. */
export interface ImportSource {
  /** For example `Claude Desktop`. */
  readonly program: string;
  readonly path: string;
  readonly servers: readonly ConfiguredServer[];
  /** What could not be taken over, and why. */
  readonly problems: readonly string[];
}

/** One finding of `doctor`. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  /** What to do about it, as a command or a sentence. */
  readonly mend?: string;
}

/** The terminal, or whatever stands in for it. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  /** Whether `output` and `errors` are terminals that take colour. */
  readonly outputColour: boolean;
  readonly errorsColour: boolean;
  readonly columns: number;
}

/** What the command line needs from the rest of the product; handed to it by bin. */
export interface CliHost {
  readonly version: string;
  readonly terminal: Terminal;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The command a client should start, for `connect`: this very program. */
  readonly launch: { readonly command: string; readonly args: readonly string[] };

  /** The config file that commands are about: named, the running daemon's, or found; absolute. */
  configFile(flags: GlobalFlags): Promise<string | undefined>;

  /**
   * Runs the daemon until it is told to stop; `onReady` hears once, when its edges listen.
   * @throws GatewayError `invalid-config` and others.
   */
  serve(flags: ServeFlags, onReady: (ready: ServeReady) => void): Promise<void>;
  /** Serves MCP on stdin and stdout: bridged to a running daemon, else by a gateway of this process. */
  stdio(flags: GlobalFlags): Promise<void>;
  /**
   * The running daemon, when there is one: `--url`, `SWITCHBOARD_URL`, or the data directory's.
   * @throws GatewayError `daemon-unreachable` when it is stopping.
   */
  findDaemon(flags: GlobalFlags): Promise<RestTransport | undefined>;
  /** The process of that daemon; `undefined` when there is none, or only its URL is known. */
  findProcess(flags: GlobalFlags): Promise<DaemonProcess | undefined>;
  /**
   * A gateway of this process. Resolves when every server is ready or has failed its first attempt;
   * `onProgress` hears how many of them have.
   */
  openGateway(
    flags: GlobalFlags,
    onProgress: (settled: number, total: number) => void,
  ): Promise<RestTransport>;

  /** Checks everything, in order, telling each finding as it comes. */
  doctor(flags: GlobalFlags): AsyncIterable<Check>;
  /** Makes an API key; the token is shown once, the config keeps its hash. */
  newKey(): { readonly token: string; readonly hash: string };

  /** The entries of the config file. @throws GatewayError `invalid-config`. */
  configuredServers(flags: GlobalFlags): Promise<readonly ConfiguredServer[]>;
  /** Writes entries into the config file, keeping its comments; says which file. */
  writeServers(flags: GlobalFlags, servers: readonly ConfiguredServer[]): Promise<string>;
  /** Removes an entry from the config file; says which file. @throws GatewayError `unknown-server`. */
  removeServer(flags: GlobalFlags, id: string): Promise<string>;
  /** Entries in `file`, or without one in the default places of Claude, Cursor and VS Code. */
  findImports(file?: string): Promise<readonly ImportSource[]>;
  /** Where a client keeps its MCP servers, and what is written there now (`undefined`: no file). */
  clientConfig(
    client: "claude-code" | "cursor" | "vscode",
  ): Promise<{ readonly path: string; readonly text: string | undefined }>;
  /**
   * Reads a YAML document as JSON, as the API does: no number is rounded, aliases are bounded.
   * @throws GatewayError `payload-too-large`.
   */
  readYaml(yaml: Uint8Array): YamlReading;
  /** Replaces a file in one step, keeping its mode (0600 where it is new), and makes its folders. */
  writeFile(path: string, text: string): Promise<void>;
}
