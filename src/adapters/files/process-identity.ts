import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const PS_TIMEOUT_MS = 2_000;

/** Whether a process with this id exists, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * A text that tells a process from a later one with the same id: boot and start tick on Linux, the
 * start time elsewhere. `undefined` where it cannot be found out.
 */
export async function processStartMark(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === "linux") return await linuxStartMark(pid);
    if (process.platform === "win32") return undefined;
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {
      timeout: PS_TIMEOUT_MS,
    });
    return stdout.trim() === "" ? undefined : stdout.trim();
  } catch {
    return undefined;
  }
}

async function linuxStartMark(pid: number): Promise<string | undefined> {
  const [boot, stat] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
  ]);
  // The command's name is in parentheses and may hold spaces; the start tick is field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // One that has ended and was not yet collected by its parent is gone, whatever its id says.
  if (fields[0] === "Z" || fields[0] === "X") return "ended";
  const startTick = fields[19];
  return startTick === undefined ? undefined : `${boot.trim()}/${startTick}`;
}
