import { spawn } from "node:child_process";
import { once } from "node:events";
import { scriptEntry, type ServerEntry } from "./server-entry.ts";

/**
 * The program itself as a process. Its environment is this process's own, without what would lead
 * it to a daemon or config that the test has not made, and without downloads.
 */
export function switchboardEntry(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): ServerEntry {
  const variables = { ...process.env, SWITCHBOARD_OFFLINE: "1", ...env };
  const kept = Object.entries(variables).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined &&
      (!pair[0].startsWith("SWITCHBOARD_") || pair[0] === "SWITCHBOARD_OFFLINE" || pair[0] in env),
  );
  return scriptEntry("src/bin/switchboard.ts", words, Object.fromEntries(kept));
}

/** How a command ended. */
export type CommandEnd = { code: number | null; stdout: string; stderr: string };

/** Runs a command to its end; after 30 s it is killed. */
export async function runSwitchboard(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandEnd> {
  const entry = switchboardEntry(words, env);
  const child = spawn(entry.command, entry.args, {
    env: entry.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}
