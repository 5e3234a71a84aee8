import { spawn, type ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { sleep, type Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import { LinkError, type LaunchSpec } from "../../../core/upstream/index.ts";
import { isGroupRunning, signalGroup } from "./group-signals.ts";
import type { StdioOptions } from "./options.ts";
import { createReaper } from "./reaper.ts";

/** A child process in a process group of its own. Disposing stops the whole group. */
export interface GroupedProcess extends AsyncDisposable {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended, with how ("exited with code 1"). */
  readonly ended: Promise<string>;
}

/** Starts processes and makes sure that none outlives the daemon. POSIX only. */
export interface ProcessGroups extends AsyncDisposable {
  /** The reaper's process, while there is one. */
  readonly reaperPid: number | undefined;
  /** @throws LinkError `connect` when the process cannot be started. */
  start(launch: LaunchSpec): Promise<GroupedProcess>;
}

/** What processes need from outside. */
export interface ProcessGroupsDeps {
  /** The environment that every process is given; its entry's own variables come on top. */
  readonly baseEnvironment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly log: Logger;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
type Graces = Pick<StdioOptions, "stopGraceMs" | "killGraceMs">;

/** How often a group is looked at while it is being stopped. */
const FIRST_POLL_MS = 10;
const LONGEST_POLL_MS = 200;

/** Makes the keeper of process groups; one for the daemon. */
export function createProcessGroups(graces: Graces, deps: ProcessGroupsDeps): ProcessGroups {
  const reaper = createReaper(deps);
  const running = new Set<GroupedProcess>();
  return {
    get reaperPid() {
      return reaper.pid;
    },
    async start(launch) {
      const child = await spawned(launch, deps.baseEnvironment);
      const pid = child.pid!;
      reaper.record(pid);
      const group = new ChildGroup(child, graces, deps.clock);
      running.add(group);
      void group.gone.then(() => {
        reaper.forget(pid);
        running.delete(group);
      });
      return group;
    },
    async [Symbol.asyncDispose]() {
      const stopping = [...running].map(async (group) => {
        await group[Symbol.asyncDispose]();
        reaper.forget(group.pid);
      });
      await Promise.all(stopping);
      await reaper[Symbol.asyncDispose]();
    },
  };
}

class ChildGroup implements GroupedProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<string>;
  /** Resolves when the whole group has ended. */
  readonly gone: Promise<void>;
  readonly #graces: Graces;
  readonly #clock: Clock;
  #sweep: Promise<void> | undefined;
  #stop: Promise<void> | undefined;

  constructor(child: Child, graces: Graces, clock: Clock) {
    this.pid = child.pid!;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    this.#graces = graces;
    this.#clock = clock;
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        resolve(signal === null ? `exited with code ${String(code)}` : `was ended by ${signal}`);
      });
    });
    // What the process leaves behind in its group goes with it.
    this.gone = this.ended.then(() => this.#endGroup());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop ??= this.#stopGroup();
    await this.#stop;
  }

  async #stopGroup(): Promise<void> {
    this.stdin.end();
    await this.#endedWithin(this.#graces.stopGraceMs);
    await this.#endGroup();
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.destroy();
  }

  /** Once only: later the group's id may be another's. */
  #endGroup(): Promise<void> {
    this.#sweep ??= this.#signalUntilGone();
    return this.#sweep;
  }

  async #signalUntilGone(): Promise<void> {
    signalGroup(this.pid, "SIGTERM");
    if (await this.#isGoneWithin(this.#graces.killGraceMs)) return;
    signalGroup(this.pid, "SIGKILL");
    await this.#isGoneWithin(this.#graces.killGraceMs);
  }

  async #isGoneWithin(limitMs: number): Promise<boolean> {
    const forever = new AbortController().signal;
    let waitedMs = 0;
    for (let pauseMs = FIRST_POLL_MS; isGroupRunning(this.pid); pauseMs *= 2) {
      if (waitedMs >= limitMs) return false;
      const stepMs = Math.min(pauseMs, LONGEST_POLL_MS, limitMs - waitedMs);
      await sleep(this.#clock, stepMs, forever);
      waitedMs += stepMs;
    }
    return true;
  }

  async #endedWithin(limitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(limitMs, resolve);
      void this.ended.then(() => {
        timer[Symbol.dispose]();
        resolve();
      });
    });
  }
}

function spawned(
  launch: LaunchSpec,
  baseEnvironment: Readonly<Record<string, string>>,
): Promise<Child> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(cannotStart(launch, error));
    try {
      const child = spawn(launch.command, launch.args, {
        detached: true,
        env: { ...baseEnvironment, ...launch.env },
        stdio: ["pipe", "pipe", "pipe"],
        ...(launch.cwd !== undefined && { cwd: launch.cwd }),
      });
      child.once("error", refuse);
      // A child that is gone makes writing fail; its exit says so better.
      child.stdin.on("error", () => undefined);
      child.once("spawn", () => {
        child.off("error", refuse);
        child.on("error", () => undefined);
        resolve(child);
      });
    } catch (error) {
      refuse(error as Error);
    }
  });
}

function cannotStart(launch: LaunchSpec, error: Error): LinkError {
  const { code } = error as NodeJS.ErrnoException;
  const { command, cwd } = launch;
  let why = error.message;
  if (code === "ENOENT" && cwd !== undefined && !existsSync(cwd)) {
    why = `its working directory ${cwd} does not exist`;
  } else if (code === "ENOENT") {
    why = command.includes("/") ? "there is no such file" : "it was not found in PATH";
  } else if (code === "EACCES") why = "it is not executable";
  return new LinkError("connect", `the command ${command} cannot be started: ${why}`, {
    reached: false,
    cause: error,
  });
}
