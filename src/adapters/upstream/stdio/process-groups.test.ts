import { afterEach, describe, expect, it } from "vitest";
import { createRecordingLog } from "../../../../test/support/fakes/recording-log.ts";
import { isAlive, membersOfGroup } from "../../../../test/support/process-tree.ts";
import { makeTempDir } from "../../../../test/support/temp-dir.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";
import { createSystemClock } from "../../../kernel/clock.ts";
import { createProcessGroups, type ProcessGroups } from "./process-groups.ts";

let groups: ProcessGroups | undefined;
afterEach(async () => {
  await groups?.[Symbol.asyncDispose]();
  groups = undefined;
});

function open(log = createRecordingLog()): ProcessGroups {
  groups = createProcessGroups(
    { stopGraceMs: 200, killGraceMs: 300 },
    {
      baseEnvironment: { PATH: process.env["PATH"] ?? "", BASE: "b" },
      clock: createSystemClock(),
      log,
    },
  );
  return groups;
}

const shell = (script: string, more: { env?: Record<string, string>; cwd?: string } = {}) => ({
  command: "sh",
  args: ["-c", script],
  env: {},
  ...more,
});

async function outputOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe("a process", () => {
  it("has the base environment, its own on top, and nothing else of the gateway's", async () => {
    await using dir = await makeTempDir();
    const child = await open().start(shell("pwd; env", { env: { OWN: "o" }, cwd: dir.path }));
    const output = await outputOf(child.stdout);
    expect(output).toContain(dir.path);
    expect(output).toContain("BASE=b");
    expect(output).toContain("OWN=o");
    expect(output).not.toContain("VITEST");
    expect(await child.ended).toBe("exited with code 0");
  });

  it("leads a group of its own, which ends with it", async () => {
    const child = await open().start(shell("sleep 60 & sleep 60 & wait"));
    await waitFor(() => membersOfGroup(child.pid).length === 3, { what: "the group" });
    process.kill(child.pid, "SIGKILL");
    expect(await child.ended).toBe("was ended by SIGKILL");
    await waitFor(() => membersOfGroup(child.pid).length === 0, { what: "the group to end" });
  });

  it.each([
    ["at the end of its stdin", "cat >/dev/null; exit 0", "exited with code 0"],
    ["by SIGTERM", "sleep 60 & wait", "was ended by SIGTERM"],
    ["by SIGKILL", "trap '' TERM; while :; do sleep 1; done", "was ended by SIGKILL"],
  ])("is stopped %s", async (_how, script, how) => {
    const child = await open().start(shell(script));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await child[Symbol.asyncDispose]();
    expect(await child.ended).toBe(how);
    expect(membersOfGroup(child.pid)).toEqual([]);
  });

  it.each([
    [{ command: "no-such-program-at-all", args: [], env: {} }, "not found in PATH"],
    [{ command: "/no/such/program", args: [], env: {} }, "there is no such file"],
    [{ command: "/etc", args: [], env: {} }, "not executable"],
    [shell("true", { cwd: "/no/such/folder" }), "its working directory /no/such/folder"],
  ])("that cannot be started says why", async (launch, why) => {
    await expect(open().start(launch)).rejects.toMatchObject({
      kind: "connect",
      reached: false,
      message: expect.stringContaining(why),
    });
  });
});

describe("the reaper", () => {
  it("starts with the first process and ends with the keeper", async () => {
    const keeper = open();
    expect(keeper.reaperPid).toBeUndefined();
    await keeper.start(shell("sleep 60"));
    const { reaperPid } = keeper;
    expect(isAlive(reaperPid!)).toBe(true);
    await keeper[Symbol.asyncDispose]();
    expect(isAlive(reaperPid!)).toBe(false);
  });

  it("is started again when somebody ends it, and that is said", async () => {
    const log = createRecordingLog();
    const keeper = open(log);
    await keeper.start(shell("sleep 60"));
    const first = keeper.reaperPid!;
    process.kill(first, "SIGKILL");
    await waitFor(() => log.lines.some(({ level }) => level === "warn"), { what: "the warning" });
    await keeper.start(shell("sleep 60"));
    expect(isAlive(first)).toBe(false);
  });

  it("spares a group whose leader is another process than the one recorded", async () => {
    const { spawn } = await import("node:child_process");
    const { REAPER_SCRIPT } = await import("./reaper-script.ts");
    const [ours, other] = [0, 1].map(() =>
      spawn("sleep", ["60"], { detached: true, stdio: "ignore" }),
    );
    const reaper = spawn("/bin/sh", ["-c", REAPER_SCRIPT], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    reaper.stdin.write(`+ ${ours!.pid!}\n+ ${other!.pid!}\n- ${other!.pid!}\n`);
    reaper.stdin.end();
    await waitFor(() => !isAlive(ours!.pid!), { what: "the recorded group to end" });
    expect(isAlive(other!.pid!)).toBe(true);
    other!.kill("SIGKILL");
    await waitFor(() => !isAlive(reaper.pid!), { what: "the reaper to end" });
  });
});
