import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type JsonValue } from "../../kernel/json.ts";
import { lockHolder } from "./data-dir-lock.ts";
import { writeFileAtomically } from "./write-file-atomically.ts";

/** Where a running daemon can be reached; what commands look for in the data directory. */
export interface DaemonAddress {
  /** Base URL, for example `http://127.0.0.1:8700`. */
  readonly url: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The config file it runs on, absolute; absent when it runs without one. */
  readonly config?: string;
  /** Lets this user's own commands in where keys are needed. Secret: the file is 0600. */
  readonly token?: string;
  /** When it will have ended at the latest, milliseconds since the epoch; known once it is stopping. */
  readonly stopsBy?: number;
}

/** What stands in the data directory about a daemon; disposing takes it back. */
export interface PublishedAddress extends AsyncDisposable {
  /** Tells that the daemon takes no more requests, and will have ended at that time at the latest. */
  announceStop(stopsBy: number): Promise<void>;
}

/** The live process that holds a data directory. */
export interface DataDirHolder {
  readonly pid: number;
  /** When it took the directory, milliseconds since the epoch. */
  readonly since: number;
  /** Absent while it has not published one, and again at its very end. */
  readonly address: DaemonAddress | undefined;
}

const NAME = "daemon.json";

/** Tells this user's commands where the daemon listens. */
export async function publishDaemonAddress(
  dataDir: string,
  address: DaemonAddress,
): Promise<PublishedAddress> {
  const path = join(dataDir, NAME);
  const write = (known: DaemonAddress): Promise<void> =>
    writeFileAtomically(path, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 });
  await write(address);
  return {
    announceStop: (stopsBy) => write({ ...address, stopsBy }),
    async [Symbol.asyncDispose]() {
      const current = await readAddress(path);
      if (current?.pid === address.pid) await unlink(path).catch(() => undefined);
    },
  };
}

/** The daemon that runs on this data directory now; `undefined` where none does (a dead one's file does not count). */
export async function findDaemon(dataDir: string): Promise<DaemonAddress | undefined> {
  return (await findHolder(dataDir))?.address;
}

/** The process that holds this data directory now; `undefined` where none does. */
export async function findHolder(dataDir: string): Promise<DataDirHolder | undefined> {
  const address = await readAddress(join(dataDir, NAME));
  const holder = await lockHolder(dataDir);
  if (holder === undefined) return undefined;
  const { pid, since } = holder;
  return { pid, since, address: address?.pid === pid ? address : undefined };
}

async function readAddress(path: string): Promise<DaemonAddress | undefined> {
  let value: JsonValue;
  try {
    value = JSON.parse(await readFile(path, "utf8")) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { url, pid, startedAt, config, token, stopsBy } = value;
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  if (typeof pid !== "number" || typeof startedAt !== "number") return undefined;
  return {
    url,
    pid,
    startedAt,
    ...(typeof config === "string" ? { config } : {}),
    ...(typeof token === "string" ? { token } : {}),
    ...(typeof stopsBy === "number" ? { stopsBy } : {}),
  };
}
