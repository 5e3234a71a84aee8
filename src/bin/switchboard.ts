#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createCliHost } from "../app/cli/create-cli-host.ts";
import { createTerminal } from "../app/cli/terminal.ts";
import { stopSignal } from "../app/cli/stop-signal.ts";
import { runCli } from "../edges/cli/run-cli.ts";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

process.exitCode = await runCli(
  process.argv.slice(2),
  createCliHost({
    version,
    terminal: createTerminal(),
    signal: stopSignal(),
    launch: { command: process.execPath, args: [fileURLToPath(import.meta.url)] },
    cwd: process.cwd(),
  }),
);
