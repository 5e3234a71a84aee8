import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { appendToJournal, readJournal } from "./journal.ts";
import type { RawStdioOptions } from "./options.ts";
import { createRawConnection } from "./protocol.ts";
import { piecesOf } from "./raw-server.ts";
import { createRawState } from "./state.ts";
import type { Channel, RawState } from "./state.ts";

// Run by rawStdioEntry: the raw server on stdin and stdout, with its options as JSON in the first argument.

const garbageLine = "DEBUG: this is no JSON-RPC message {\n";

const channel: Channel = {
  send: (text) => void process.stdout.write(`${text}\n`),
  async drip(text, overMs) {
    const pieces = piecesOf(`${text}\n`);
    for (const piece of pieces) {
      await sleep(overMs / pieces.length);
      process.stdout.write(piece);
    }
  },
  sendPart: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
  sendGarbage: () => void process.stdout.write(`${garbageLine}[]\nnull\n{"jsonrpc":"2.0"}\n\n`),
  sendBinary: (text) => void process.stdout.write(Buffer.from(`${text}\n`, "utf16le")),
  die: () => void process.kill(process.pid, "SIGKILL"),
  writeStderr: (text) => void process.stderr.write(text),
  dropSession: () => undefined,
};

function startJournal(state: RawState, path: string): void {
  for (const { tool } of readJournal(path)) {
    if (tool !== undefined) {
      state.stats.calls[tool] = (state.stats.calls[tool] ?? 0) + 1;
    }
  }
  appendToJournal(path, { pid: process.pid, method: "start" });
}

function misbehaveAtStart({
  stderrBytes = 0,
  garbageLines = 0,
  children = 0,
  exitAfterMs,
}: RawStdioOptions): void {
  process.stderr.write(`${"e".repeat(999)}\n`.repeat(Math.ceil(stderrBytes / 1000)));
  process.stdout.write(garbageLine.repeat(garbageLines));
  for (let left = children; left > 0; left -= 1) {
    spawn("sleep", ["3600"], { stdio: "ignore" });
  }
  if (exitAfterMs !== undefined) {
    setTimeout(() => process.exit(1), exitAfterMs);
  }
}

const options = JSON.parse(process.argv[2] ?? "{}") as RawStdioOptions;
const { journal } = options;
const state = createRawState(options, (message) => {
  if (journal !== undefined) {
    appendToJournal(journal, { pid: process.pid, ...message });
  }
});
if (journal !== undefined) {
  startJournal(state, journal);
}
if (options.stubborn === true) {
  process.on("SIGTERM", () => undefined);
  setInterval(() => undefined, 60_000);
}
misbehaveAtStart(options);
state.listeners.add({ channel });
const connection = createRawConnection(state);
createInterface({ input: process.stdin })
  .on("line", (line) => connection.receive(line, channel))
  .on("close", () => options.stubborn === true || process.exit(0));
