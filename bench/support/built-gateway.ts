import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startChild } from "./child.ts";

const ENTRY = path.join(import.meta.dirname, "../../dist/bin/switchboard.js");

/** A daemon as it is built, in a process and a folder of its own. */
export interface BuiltGateway extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123`. */
  readonly origin: string;
}

/** Starts it and waits until it knows a tool. */
export async function startBuiltGateway(config: object, tool: string): Promise<BuiltGateway> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  const file = path.join(folder, "switchboard.yaml");
  writeFileSync(
    file,
    JSON.stringify({
      gateway: { port: 0, dataDir: path.join(folder, "data") },
      embedding: { provider: "builtin" },
      telemetry: { logLevel: "warn" },
      ...config,
    }),
  );
  const child = await startChild([ENTRY, "serve", "--json", "--config", file], /"url"/);
  const origin = /"url":\s*"(.+?)"/.exec(child.line)![1]!;
  await untilKnown(`${origin}/v1/tools/${tool}`);
  return {
    origin,
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilKnown(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await fetch(url)).ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the gateway did not find ${url}`);
}
