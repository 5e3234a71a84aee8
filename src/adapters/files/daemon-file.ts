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
}

const NAME = "daemon.json";

/** Tells this user's commands where the daemon listens; disposing takes it back. */
export async function publishDaemonAddress(
  dataDir: string,
  address: DaemonAddress,
): Promise<AsyncDisposable> {
  const path = join(dataDir, NAME);
  await writeFileAtomically(path, `${JSON.stringify(address, null, 2)}\n`, { mode: 0o600 });
  return {
    async [Symbol.asyncDispose]() {
      const current = await readAddress(path);
      if (current?.pid === address.pid) await unlink(path).catch(() => undefined);
    },
  };
}

/** The daemon that runs on this data directory now; `undefined` where none does (a dead one's file does not count). */
export async function findDaemon(dataDir: string): Promise<DaemonAddress | undefined> {
  const address = await readAddress(join(dataDir, NAME));
  if (address === undefined) return undefined;
  const holder = await lockHolder(dataDir);
  return holder?.pid === address.pid ? address : undefined;
}

async function readAddress(path: string): Promise<DaemonAddress | undefined> {
  let value: JsonValue;
  try {
    value = JSON.parse(await readFile(path, "utf8")) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { url, pid, startedAt, config, token } = value;
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  if (typeof pid !== "number" || typeof startedAt !== "number") return undefined;
  return {
    url,
    pid,
    startedAt,
    ...(typeof config === "string" ? { config } : {}),
    ...(typeof token === "string" ? { token } : {}),
  };
}
