import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Gives the claimed database free for the next process. */
export type DatabaseClaim = { release(): void };

/**
 * Makes this process the only owner of a database file by writing `<path>.owner` beside it.
 * What a killed owner left behind (its claim and the lock folder of node-sqlite3-wasm) is cleared away.
 * Waits up to `waitMs` for a living owner to finish, as when a server is being restarted.
 *
 * @throws Error naming the owner when it still lives after `waitMs`.
 */
export async function claimDatabase(path: string, waitMs: number): Promise<DatabaseClaim> {
  const claimPath = `${path}.owner`;
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (tryWrite(claimPath, processIdentity(process.pid) ?? String(process.pid))) {
      return { release: () => rmSync(claimPath, { force: true }) };
    }
    const owner = livingOwner(claimPath);
    if (owner === undefined) {
      rmSync(`${path}.lock`, { recursive: true, force: true });
      rmSync(claimPath, { force: true });
    } else if (performance.now() >= deadline) {
      throw new Error(
        `the database ${path} is in use by process ${owner}: stop that process or choose another folder with --data`,
      );
    } else {
      await sleep(50);
    }
  }
}

function tryWrite(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

function livingOwner(claimPath: string): number | undefined {
  const claim = readIfThere(claimPath)?.trim() ?? "";
  const pid = Number.parseInt(claim, 10);
  return pid > 0 && processIdentity(pid) === claim ? pid : undefined;
}

/** The pid alone is not enough: after a crash, or in a restarted container, another process may bear it. */
function processIdentity(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${pid} ${startTicks}`;
  }
  return isSignalable(pid) ? String(pid) : undefined;
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
