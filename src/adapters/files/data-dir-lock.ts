import { mkdir, open, readFile, rmdir, stat, unlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { isProcessAlive, processStartMark } from "./process-identity.ts";

/** Who holds a data directory. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one with the same id; absent where it cannot be found out. */
  readonly startMark?: string;
  /** When the lock was taken, milliseconds since the epoch. */
  readonly since: number;
}

/** The data directory is another live process's. */
export class DataDirBusyError extends Error {
  override readonly name = "DataDirBusyError";
  readonly path: string;
  readonly pid: number;

  constructor(path: string, holder: LockHolder) {
    const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
    super(
      `The data directory ${path} is in use by process ${holder.pid}${where}, since ${new Date(holder.since).toISOString()}. Stop it with "switchboard stop", or set another gateway.dataDir.`,
    );
    this.path = path;
    this.pid = holder.pid;
  }
}

const ATTEMPTS = 40;
const PAUSE_MS = 50;
/** The lock's time is renewed so often, for hosts that cannot see this one's processes. */
const RENEW_MS = 10_000;
const FOREIGN_STALE_MS = 35_000;
/** A lock or guard that says nothing readable is being written, or its writer died at once. */
const UNREADABLE_STALE_MS = 5_000;

/**
 * Takes the exclusive lock of a folder. The lock of a process that is gone (also when its id has
 * been given to another) is taken over; on another host, one that has not been renewed for 35 s.
 *
 * @throws DataDirBusyError when a live process holds it.
 */
export async function takeLock(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, "lock");
  const startMark = await processStartMark(process.pid);
  const me: LockHolder = {
    pid: process.pid,
    host: hostname(),
    ...(startMark === undefined ? {} : { startMark }),
    since: Date.now(),
  };
  const text = `${JSON.stringify(me)}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await createExclusively(path, text)) return heldLock(path, text);
    const found = await inspect(path);
    if (found.kind === "held") throw new DataDirBusyError(folder, found.holder);
    if (found.kind === "stale") await removeStale(path);
    else await pause(PAUSE_MS);
  }
  throw new Error(`The lock ${path} cannot be taken: it keeps changing. Try again.`);
}

/** The live process that holds a folder's lock, if there is one. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const found = await inspect(join(folder, "lock"));
  return found.kind === "held" ? found.holder : undefined;
}

function heldLock(path: string, text: string): AsyncDisposable {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, RENEW_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      const current = await readFile(path, "utf8").catch(() => "");
      if (current === text) await unlink(path).catch(() => undefined);
    },
  };
}

async function createExclusively(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

type Found =
  | { readonly kind: "held"; readonly holder: LockHolder }
  | { readonly kind: "stale" }
  | { readonly kind: "unsettled" };

async function inspect(path: string): Promise<Found> {
  let text: string;
  let ageMs: number;
  try {
    text = await readFile(path, "utf8");
    ageMs = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { kind: "unsettled" };
    throw error;
  }
  const holder = readHolder(text);
  if (holder === undefined) return { kind: ageMs > UNREADABLE_STALE_MS ? "stale" : "unsettled" };
  const live = holder.host === hostname() ? await isSameProcess(holder) : ageMs < FOREIGN_STALE_MS;
  return live ? { kind: "held", holder } : { kind: "stale" };
}

async function isSameProcess(holder: LockHolder): Promise<boolean> {
  if (!isProcessAlive(holder.pid)) return false;
  if (holder.startMark === undefined) return true;
  const mark = await processStartMark(holder.pid);
  return mark === undefined || mark === holder.startMark;
}

function readHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockHolder> | null;
    const { pid, host, since } = value ?? {};
    const valid = Number.isSafeInteger(pid) && typeof host === "string" && Number.isFinite(since);
    return valid ? (value as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a dead process's lock. Of several that found it dead only one may do so, or it would
 * remove the lock that another has just taken: hence the guard, and the second look behind it.
 */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const facts = await stat(guard).catch(() => undefined);
    const abandoned = facts !== undefined && Date.now() - facts.mtimeMs > UNREADABLE_STALE_MS;
    if (abandoned) await rmdir(guard).catch(() => undefined);
    else await pause(PAUSE_MS);
    return;
  }
  try {
    if ((await inspect(path)).kind === "stale") await unlink(path).catch(() => undefined);
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}
