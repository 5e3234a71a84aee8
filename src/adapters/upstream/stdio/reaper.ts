import { spawn, type ChildProcess } from "node:child_process";
import type { Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import { REAPER_SCRIPT } from "./reaper-script.ts";

/** Ends recorded process groups when the daemon dies, even by kill -9. */
export interface Reaper extends AsyncDisposable {
  /** The helper's process, while there is one. */
  readonly pid: number | undefined;
  record(groupId: number): void;
  forget(groupId: number): void;
}

/** A reaper that somebody kills is started again, but not more often than this. */
const RESTART_INTERVAL_MS = 10_000;

/** Makes a reaper; its helper process starts with the first group recorded. */
export function createReaper(deps: { readonly clock: Clock; readonly log: Logger }): Reaper {
  const groups = new Set<number>();
  let helper: ChildProcess | undefined;
  let startedAt: number | undefined;

  function start(): void {
    const now = deps.clock.monotonic();
    if (startedAt !== undefined && now - startedAt < RESTART_INTERVAL_MS) return;
    startedAt = now;
    // A session of its own: neither Ctrl-C nor a signal to the daemon's group reaches it.
    const child = spawn("/bin/sh", ["-c", REAPER_SCRIPT], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    helper = child;
    child.on("error", (error) => onEnd(child, error.message));
    child.on("exit", (code, signal) => onEnd(child, signal ?? `code ${String(code)}`));
    child.stdin.on("error", () => undefined);
    unref(child);
    for (const groupId of groups) write(`+ ${groupId}\n`);
  }

  function onEnd(child: ChildProcess, how: string): void {
    if (helper !== child) return;
    helper = undefined;
    if (groups.size === 0) return;
    deps.log.warn({ how }, "The reaper of child processes ended and is started again.");
    start();
  }

  function write(line: string): void {
    helper?.stdin?.write(line);
  }

  return {
    get pid() {
      return helper?.pid;
    },
    record(groupId) {
      groups.add(groupId);
      if (helper === undefined) start();
      else write(`+ ${groupId}\n`);
    },
    forget(groupId) {
      if (groups.delete(groupId)) write(`- ${groupId}\n`);
    },
    async [Symbol.asyncDispose]() {
      const child = helper;
      groups.clear();
      helper = undefined;
      if (child === undefined) return;
      await new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.once("error", () => resolve());
        child.ref();
        child.stdin?.end();
      });
    },
  };
}

/** The helper must not keep the daemon alive. */
function unref(child: ChildProcess): void {
  child.unref();
  const { stdin } = child;
  if (stdin !== null && "unref" in stdin && typeof stdin.unref === "function") stdin.unref();
}
