import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import {
  childrenOf,
  commandLineOf,
  descendantsOf,
  isAlive,
  membersOfGroup,
} from "./process-tree.ts";
import { makeTempDir } from "./temp-dir.ts";
import { waitFor } from "./wait-for.ts";

describe("waitFor", () => {
  it("gives back the first truthy answer, errors before it notwithstanding", async () => {
    let asked = 0;
    const answer = await waitFor(
      () => {
        asked += 1;
        if (asked === 1) {
          throw new Error("not yet");
        }
        return asked === 3 ? "third" : undefined;
      },
      { what: "the third time", everyMs: 1 },
    );
    expect(answer).toBe("third");
  });

  it("says what it waited for and what it saw last", async () => {
    const waiting = waitFor(() => false, { what: "the impossible", timeoutMs: 10, everyMs: 1 });
    await expect(waiting).rejects.toThrow(
      "waited 10 ms in vain for the impossible (last answer: false)",
    );
  });
});

describe("freePort", () => {
  it("names a port that can be listened on", async () => {
    const port = await freePort();
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    expect(server.address()).toMatchObject({ port });
    server.close();
    await once(server, "close");
  });
});

describe("makeTempDir", () => {
  it("makes a folder that is gone after the block", async () => {
    let path: string;
    {
      await using dir = await makeTempDir();
      path = dir.path;
      expect(existsSync(path)).toBe(true);
    }
    expect(existsSync(path)).toBe(false);
  });
});

describe("process tree", () => {
  it("sees a process, its descendants and its group come and go", async () => {
    const shell = spawn("sh", ["-c", "sleep 60 & sleep 60"], { detached: true });
    const pid = shell.pid!;
    try {
      await waitFor(() => childrenOf(pid).length === 2, { what: "two children of the shell" });
      expect(childrenOf(process.pid)).toContain(pid);
      expect(descendantsOf(process.pid)).toEqual(expect.arrayContaining([pid, ...childrenOf(pid)]));
      expect(membersOfGroup(pid)).toEqual([pid, ...childrenOf(pid)]);
      expect(commandLineOf(childrenOf(pid)[0]!)).toBe("sleep 60");
    } finally {
      process.kill(-pid, "SIGKILL");
    }
    await once(shell, "exit");
    expect(isAlive(pid)).toBe(false);
    await waitFor(() => membersOfGroup(pid).length === 0, { what: "the group to end" });
  });
});
