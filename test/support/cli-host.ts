import { PassThrough } from "node:stream";
import { GatewayError } from "../../src/kernel/errors.ts";
import type {
  Check,
  CliHost,
  ConfiguredServer,
  ImportSource,
  RestRequest,
  RestResponse,
  RestTransport,
  ServeFlags,
} from "../../src/edges/cli/host.ts";
import { readYaml } from "../../src/edges/http/yaml-body.ts";
import { runCli } from "../../src/edges/cli/run-cli.ts";

/** An answer as a test writes it: a body that is a text goes out as it is, all else as JSON. */
export interface CannedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent one by one before the end, for event streams; together they are the body. */
  readonly chunks?: readonly string[];
}

type Answerer = (request: RestRequest) => CannedAnswer | Promise<CannedAnswer>;

/** Answers by `METHOD path`, the query left out. */
export type Routes = Readonly<Record<string, CannedAnswer | Answerer>>;

export interface CliSetup {
  /** The running daemon: its answers, or another transport; none by default. */
  readonly daemon?: Routes | RestTransport;
  /** What a gateway of this process would answer. */
  readonly gateway?: Routes | RestTransport;
  readonly target?: string;
  /** Whether people sit before the streams. Default false. */
  readonly terminal?: boolean;
  readonly colour?: boolean;
  readonly columns?: number;
  /** Standard input; its end follows. */
  readonly input?: string;
  readonly configured?: readonly ConfiguredServer[];
  readonly imports?: readonly ImportSource[];
  readonly clientConfig?: string;
  readonly checks?: readonly Check[];
  readonly signal?: AbortSignal;
  readonly host?: Partial<CliHost>;
}

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly requests: readonly RestRequest[];
  /** Servers written into the config file. */
  readonly written: readonly ConfiguredServer[];
  readonly removed: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly served: readonly ServeFlags[];
  /** Transports that are not disposed yet. */
  readonly open: number;
}

export const CONFIG_FILE = "/home/me/switchboard.yaml";
export const CLIENT_FILE = "/home/me/client.json";

/** Runs a command line on a host that only pretends. */
export async function runFakeCli(argv: readonly string[], setup: CliSetup = {}): Promise<CliRun> {
  const output = capture(setup.terminal);
  const errors = capture(setup.terminal);
  const seen = {
    requests: [] as RestRequest[],
    written: [] as ConfiguredServer[],
    removed: [] as string[],
    files: new Map<string, string>(),
    served: [] as ServeFlags[],
    open: 0,
  };
  const input = Object.assign(new PassThrough(), { isTTY: setup.terminal === true });
  input.end(setup.input ?? "");
  const { colour = setup.terminal === true, columns = 80 } = setup;
  const host: CliHost = {
    version: "1.2.3",
    terminal: {
      input,
      output: output.stream,
      errors: errors.stream,
      outputColour: colour,
      errorsColour: colour,
      columns,
    },
    signal: setup.signal ?? new AbortController().signal,
    launch: { command: "/usr/bin/switchboard", args: [] },
    readYaml: (yaml) => readYaml(Buffer.from(yaml), 1_000_000),
    configFile: ({ config }) =>
      Promise.resolve(config ?? (setup.gateway === undefined ? undefined : CONFIG_FILE)),
    ...gateways(setup, seen),
    ...files(setup, seen),
    ...setup.host,
  };
  const code = await runCli(argv, host);
  return { code, out: output.text(), err: errors.text(), ...seen };
}

interface Seen {
  readonly requests: RestRequest[];
  readonly written: ConfiguredServer[];
  readonly removed: string[];
  readonly files: Map<string, string>;
  readonly served: ServeFlags[];
  open: number;
}

function gateways(
  setup: CliSetup,
  seen: Seen,
): Pick<
  CliHost,
  "serve" | "stdio" | "findDaemon" | "findProcess" | "openGateway" | "doctor" | "newKey"
> {
  const { daemon, gateway, target = "http://127.0.0.1:8700" } = setup;
  return {
    async serve(flags, onReady) {
      seen.served.push(flags);
      const notes = ["The index is exact."];
      onReady({
        url: target,
        mcpUrl: `${target}/mcp`,
        servers: 2,
        serverIds: ["users", "files"],
        tools: 8,
        notes,
      });
    },
    stdio: () => Promise.resolve(),
    findProcess: () => Promise.resolve(undefined),
    findDaemon: () =>
      Promise.resolve(daemon === undefined ? undefined : toTransport(daemon, target, seen)),
    async openGateway(_flags, onProgress) {
      onProgress(2, 2);
      return toTransport(gateway ?? {}, "this process", seen);
    },
    async *doctor() {
      yield* setup.checks ?? [];
    },
    newKey: () => ({ token: "sb_secret", hash: "ab".repeat(32) }),
  };
}

function files(
  setup: CliSetup,
  seen: Seen,
): Pick<
  CliHost,
  | "configuredServers"
  | "writeServers"
  | "removeServer"
  | "findImports"
  | "clientConfig"
  | "writeFile"
> {
  return {
    configuredServers: () => Promise.resolve(setup.configured ?? []),
    async writeServers(_flags, servers) {
      seen.written.push(...servers);
      return CONFIG_FILE;
    },
    async removeServer(_flags, id) {
      const known = (setup.configured ?? []).some((server) => server.id === id);
      if (!known) {
        const message = `There is no server ${id}.`;
        throw new GatewayError("unknown-server", message, { server: id, nearest: [] });
      }
      seen.removed.push(id);
      return CONFIG_FILE;
    },
    findImports: () => Promise.resolve(setup.imports ?? []),
    clientConfig: () => Promise.resolve({ path: CLIENT_FILE, text: setup.clientConfig }),
    async writeFile(path, text) {
      seen.files.set(path, text);
    },
  };
}

function toTransport(answers: Routes | RestTransport, target: string, seen: Seen): RestTransport {
  seen.open += 1;
  let disposed = false;
  const isTransport = typeof answers["send"] === "function" && "target" in answers;
  const inner = isTransport ? (answers as RestTransport) : undefined;
  return {
    target: inner?.target ?? target,
    async send(request) {
      seen.requests.push(request);
      if (disposed) throw new Error("the transport is disposed");
      request.signal.throwIfAborted();
      const response = await (inner?.send(request) ?? answer(answers as Routes, request));
      if (disposed) throw new Error("the transport was disposed before its answer");
      return response;
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      seen.open -= 1;
    },
  };
}

async function answer(routes: Routes, request: RestRequest): Promise<RestResponse> {
  const key = `${request.method} ${request.path.split("?")[0]}`;
  const found = routes[key] ?? { ...problem("unknown-route", `There is no ${key}.`), status: 404 };
  const canned = typeof found === "function" ? await found(request) : found;
  for (const chunk of canned.chunks ?? []) request.onChunk?.(Buffer.from(chunk));
  const body = canned.chunks?.join("") ?? canned.body ?? "";
  return {
    status: canned.status ?? 200,
    headers: { "content-type": "application/json", ...canned.headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  };
}

/** A problem document; the status stands in the answer. */
export function problem(code: string, detail: string, more: object = {}): { body: object } {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  return {
    body: { type: `/docs#error-${code}`, title: code, status: 0, detail, code, traceId, ...more },
  };
}

function capture(isTTY = false): { stream: PassThrough; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
