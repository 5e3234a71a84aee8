import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isAlive, membersOfGroup } from "../support/process-tree.ts";
import { scriptEntry } from "../support/server-entry.ts";
import { waitFor } from "../support/wait-for.ts";

describe("a gateway that is killed by kill -9", () => {
  it("leaves no process behind, however stubborn, and no reaper either", async () => {
    const { command, args } = scriptEntry("test/support/upstream-orphans.ts");
    const gateway = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(gateway.stdout, "data")) as [Buffer];
    const { groups, reaper } = JSON.parse(line.toString()) as { groups: number[]; reaper: number };
    const members = groups.flatMap(membersOfGroup);
    expect(members).toHaveLength(3);
    expect(isAlive(reaper)).toBe(true);
    gateway.kill("SIGKILL");
    await waitFor(() => ![...members, reaper].some(isAlive), {
      what: "all of them to end",
      timeoutMs: 10_000,
    });
  });
});
