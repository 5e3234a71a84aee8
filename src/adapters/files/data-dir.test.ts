import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../../test/support/temp-dir.ts";
import { scriptEntry } from "../../../test/support/server-entry.ts";
import { findDaemon, findHolder, publishDaemonAddress } from "./daemon-file.ts";
import { acquireDataDir } from "./data-dir.ts";
import { DataDirBusyError } from "./data-dir-lock.ts";

const FIXTURE = "test/support/hold-data-dir.ts";

let dir: TempDir;
let children: ChildProcess[];
beforeEach(async () => {
  dir = await makeTempDir();
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await dir.remove();
});

/** Starts a process that takes the folder; resolves with it and the first line that it says. */
async function holder(path = dir.path): Promise<{ child: ChildProcess; said: string }> {
  const { command, args } = scriptEntry(FIXTURE, [path]);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: String(chunk).trim() };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const lockText = () => readFile(join(dir.path, "lock"), "utf8");

describe("the data directory", () => {
  it("is made where it is missing, for its owner alone, and given back", async () => {
    const path = join(dir.path, "a/b");
    const held = await acquireDataDir(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, "lock"))).mode & 0o777).toBe(0o600);
    expect(held.file("index", "x")).toBe(join(path, "index", "x"));
    await held[Symbol.asyncDispose]();
    await expect(stat(join(path, "lock"))).rejects.toThrow("ENOENT");
  });

  it("is one process's at a time; the refused one is told which", async () => {
    const { child, said } = await holder();
    expect(said).toBe("held");
    await expect(acquireDataDir(dir.path)).rejects.toThrow(DataDirBusyError);
    await expect(acquireDataDir(dir.path)).rejects.toMatchObject({
      pid: child.pid,
      path: dir.path,
      message: expect.stringMatching(/in use by process \d+, since \d{4}-.*switchboard stop/),
    });
    child.stdin?.end();
    await once(child, "exit");
    await using again = await acquireDataDir(dir.path);
    expect(again.path).toBe(dir.path);
  });

  it("cannot be taken twice by the same process either", async () => {
    await using held = await acquireDataDir(dir.path);
    await expect(acquireDataDir(held.path)).rejects.toMatchObject({ pid: process.pid });
  });

  it("is taken over from a process that was killed", async () => {
    const { child } = await holder();
    await killed(child);
    expect(await lockText()).toContain(`"pid":${child.pid}`);
    await using again = await acquireDataDir(dir.path);
    expect(again.path).toBe(dir.path);
    expect(await lockText()).toContain(`"pid":${process.pid}`);
  });

  it("is taken over when the id of the killed process has been given to another", async () => {
    const lock = { pid: process.ppid, host: hostname(), startMark: "an earlier boot/1", since: 1 };
    await writeFile(join(dir.path, "lock"), JSON.stringify(lock));
    await using again = await acquireDataDir(dir.path);
    expect(again.path).toBe(dir.path);
  });

  it("is taken over by exactly one of several that find it abandoned", async () => {
    const { child } = await holder();
    await killed(child);
    const all = await Promise.all(Array.from({ length: 4 }, () => holder()));
    const said = all.map((one) => one.said);
    expect(said.filter((text) => text === "held")).toHaveLength(1);
    expect(said.filter((text) => text.startsWith("DataDirBusyError"))).toHaveLength(3);
  });

  it("is left to another host for as long as its lock is renewed", async () => {
    const path = join(dir.path, "lock");
    await writeFile(path, JSON.stringify({ pid: 1, host: "elsewhere", since: Date.now() }));
    await expect(acquireDataDir(dir.path)).rejects.toThrow("process 1 on elsewhere");
    const old = new Date(Date.now() - 60_000);
    await utimes(path, old, old);
    await using again = await acquireDataDir(dir.path);
    expect(again.path).toBe(dir.path);
  });

  it("is taken over from a lock that was never written to the end, once it is old", async () => {
    const path = join(dir.path, "lock");
    await writeFile(path, '{"pid": 1');
    const old = new Date(Date.now() - 60_000);
    await utimes(path, old, old);
    await mkdir(`${path}.takeover`);
    await utimes(`${path}.takeover`, old, old);
    await using again = await acquireDataDir(dir.path);
    expect(again.path).toBe(dir.path);
  });

  it("keeps a lock that another took over when it is disposed", async () => {
    const held = await acquireDataDir(dir.path);
    const other = JSON.stringify({ pid: 1, host: "elsewhere", since: 1 });
    await writeFile(join(dir.path, "lock"), other);
    await held[Symbol.asyncDispose]();
    expect(await lockText()).toBe(other);
  });
});

describe("the daemon's address", () => {
  const address = {
    url: "http://127.0.0.1:8700",
    pid: process.pid,
    startedAt: 1,
    token: "local-token",
  };

  it("is found while the daemon holds the folder, and only then", async () => {
    const held = await acquireDataDir(dir.path);
    const published = await publishDaemonAddress(dir.path, address);
    expect(await findDaemon(dir.path)).toEqual(address);
    const path = join(dir.path, "daemon.json");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await published[Symbol.asyncDispose]();
    expect(await findDaemon(dir.path)).toBeUndefined();
    await held[Symbol.asyncDispose]();
  });

  it("tells that the daemon is stopping, and its process is found until it lets go", async () => {
    const held = await acquireDataDir(dir.path);
    const published = await publishDaemonAddress(dir.path, address);
    await published.announceStop(12_345);
    expect(await findDaemon(dir.path)).toEqual({ ...address, stopsBy: 12_345 });
    expect((await stat(join(dir.path, "daemon.json"))).mode & 0o777).toBe(0o600);
    await published[Symbol.asyncDispose]();
    expect(await findHolder(dir.path)).toMatchObject({ pid: process.pid, address: undefined });
    await held[Symbol.asyncDispose]();
    expect(await findHolder(dir.path)).toBeUndefined();
  });

  it("of a killed daemon does not count", async () => {
    const { child } = await holder();
    await publishDaemonAddress(dir.path, { ...address, pid: child.pid! });
    expect(await findDaemon(dir.path)).toMatchObject({ pid: child.pid });
    await killed(child);
    expect(await findDaemon(dir.path)).toBeUndefined();
  });

  it.each(["", "{", "[]", '{"url": "no url", "pid": 1, "startedAt": 1}'])(
    "is not taken from a file that says %j",
    async (text) => {
      await using held = await acquireDataDir(dir.path);
      await writeFile(held.file("daemon.json"), text);
      expect(await findDaemon(dir.path)).toBeUndefined();
    },
  );

  it("is not found in a folder that is not there", async () => {
    expect(await findDaemon(join(dir.path, "none"))).toBeUndefined();
  });
});
