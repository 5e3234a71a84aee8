import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CallRequest, Outcome } from "../../src/core/calls/index.ts";
import type { Gateway } from "../../src/core/gateway.ts";
import { Abort } from "../../src/kernel/abort.ts";
import { createScope } from "../../src/kernel/scope.ts";
import { rawJson } from "../../src/kernel/raw-json.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { built } from "./built.ts";

const rules = { allow: [], deny: [] };
const principal = { id: "bench", tenant: "default", role: "admin", rules } as const;

/** What a gateway is opened with. */
export interface GatewaySetup {
  /** A server's URL; it becomes `bench`. */
  readonly serverUrl: string;
  /** Its `cache`. */
  readonly cache: object;
  /** Its own name of the tool that is called. */
  readonly tool: string;
  /** Further sections of the configuration. */
  readonly sections?: object;
}

/** The whole gateway, as it is built, in this process. */
export interface InProcessGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Calls the tool with a JSON text. */
  call(args: string, more?: Partial<CallRequest>): Promise<Outcome>;
}

/** Opens it and waits until it knows the tool. */
export async function openGateway(setup: GatewaySetup): Promise<InProcessGateway> {
  const { serverUrl, cache, sections = {} } = setup;
  const tool = `bench__${setup.tool}`;
  const { createPinoLogger } = await built.logging();
  const { createGateway } = await built.app();
  const { loadConfig } = await built.config();
  const scope = createScope();
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  scope.defer(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "switchboard.yaml");
  const config = {
    gateway: { dataDir: path.join(folder, "data") },
    embedding: { provider: "builtin" },
    mcpServers: { bench: { url: serverUrl, cache, maxConcurrency: 1_000 } },
    ...sections,
  };
  writeFileSync(file, JSON.stringify(config));
  const loaded = loadConfig({ flags: { config: file } });
  if (loaded.kind !== "ok") throw new Error(JSON.stringify(loaded));
  const logger = scope.use(createPinoLogger({ level: "error", secrets: [] }));
  const runtime = scope.use(await createGateway(loaded.config, { version: "bench", logger }));
  await runtime.setServers(loaded.config.servers);
  const { gateway } = runtime;
  await waitFor(() => gateway.catalog.tool(tool) !== undefined, { what: "the server's tools" });
  return {
    gateway,
    call: (args, more = {}) =>
      gateway.calls.call(
        { principal, tool, arguments: rawJson(Buffer.from(args)), ...more },
        new Abort(),
      ),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}
