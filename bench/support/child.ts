import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** A process of a bench, and the first line it printed that matches. */
export interface BenchChild extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly line: string;
}

/** Starts a process and waits for a line of its output. */
export async function startChild(
  args: readonly string[],
  wanted: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<BenchChild> {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!wanted.test(line)) continue;
    child.stdout.resume();
    return {
      process: child,
      line,
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await exited;
      },
    };
  }
  throw new Error(`${args.join(" ")} ended before it printed ${String(wanted)}`);
}
