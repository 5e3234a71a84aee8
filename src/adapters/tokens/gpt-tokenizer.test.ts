import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { createSystemClock } from "../../kernel/clock.ts";
import type { Tokenizer } from "../../core/tokens/index.ts";
import { createGptTokenizer, type GptTokenizerOptions } from "./index.ts";

const never = new AbortController().signal;
const opened: Tokenizer[] = [];

function setUp(options: Partial<GptTokenizerOptions> = {}): Tokenizer {
  const tokenizer = createGptTokenizer(options, { clock: createSystemClock() });
  opened.push(tokenizer);
  return tokenizer;
}

afterEach(async () => {
  for (const tokenizer of opened.splice(0)) await tokenizer[Symbol.asyncDispose]();
  // A killed process is there a moment longer, and would be counted by the next test.
  await waitUntil(async () => (await countProcesses()).length === 0);
});

/** Ids of this test's own child processes that run the tokenizer (Linux). */
async function countProcesses(): Promise<number[]> {
  const tasks = await readdir("/proc/self/task");
  const lists = tasks.map((task) => readFile(`/proc/self/task/${task}/children`, "utf8"));
  const children = (await Promise.all(lists)).join(" ").split(/\s+/).filter(Boolean).map(Number);
  const found: number[] = [];
  for (const pid of children) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes("count-process")) found.push(pid);
  }
  return found;
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error("waited for 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe("the tokenizer", () => {
  it("counts as o200k_base does, in order", async () => {
    const texts = [
      "antidisestablishmentarianism",
      "2 + 2 = 4",
      "お誕生日おめでとう",
      "",
      "hello world",
    ];
    expect(await setUp().count(texts, { signal: never })).toEqual([6, 7, 8, 0, 2]);
  });

  it("counts what looks like a control token as its letters", async () => {
    const [count] = await setUp().count(["<|endoftext|>"], { signal: never });
    expect(count).toBeGreaterThan(1);
  });

  it("counts long texts in slices, and estimates very long ones, without hanging", async () => {
    const sentence = "Gets one user by the id that the directory knows. ";
    const [one, many, run, huge] = await setUp().count(
      [sentence, sentence.repeat(2_000), "a".repeat(200_000), sentence.repeat(20_000)],
      { signal: never },
    );
    expect(Math.abs(many! - one! * 2_000)).toBeLessThan(2_100);
    expect(run).toBe(25_000);
    expect(huge! / many!).toBeCloseTo(10, 1);
  });

  it("asks nothing of its process for no texts", async () => {
    expect(await setUp().count([], { signal: never })).toEqual([]);
    expect(await countProcesses()).toEqual([]);
  });
});

describe("the tokenizer's process", () => {
  it("serves several askers at once and ends when it is idle", async () => {
    const tokenizer = setUp({ idleMs: 50 });
    const counts = await Promise.all(
      ["one", "one two", "one two three"].map((text) => tokenizer.count([text], { signal: never })),
    );
    expect(counts).toEqual([[1], [2], [3]]);
    await waitUntil(async () => (await countProcesses()).length === 0);
    expect(await tokenizer.count(["hello world"], { signal: never })).toEqual([2]);
  });

  it("is given up when it takes too long, and the next count has a new one", async () => {
    const tokenizer = setUp({ timeoutMs: 1 });
    const slow = tokenizer.count(["hello world"], { signal: never });
    await expect(slow).rejects.toThrow("did not answer within 1 ms");
    const [first] = opened.splice(0);
    await first?.[Symbol.asyncDispose]();
    expect(await setUp().count(["hello world"], { signal: never })).toEqual([2]);
  });

  it("may die: who waits is told, and the next count has a new one", async () => {
    const tokenizer = setUp();
    await tokenizer.count(["warm"], { signal: never });
    const work = Array.from({ length: 50 }, () => "a".repeat(200_000));
    const slow = tokenizer.count(work, { signal: never });
    for (const pid of await countProcesses()) process.kill(pid, "SIGKILL");
    await expect(slow).rejects.toThrow(/process ended \(SIGKILL\)/);
    expect(await tokenizer.count(["hello world"], { signal: never })).toEqual([2]);
  });

  it("is waited for no longer than the caller's signal lives", async () => {
    const tokenizer = setUp();
    const controller = new AbortController();
    const waiting = tokenizer.count(["hello world"], { signal: controller.signal });
    controller.abort(new Error("the caller left"));
    await expect(waiting).rejects.toThrow("the caller left");
    expect(await tokenizer.count(["hello world"], { signal: never })).toEqual([2]);
  });

  it("ends with the tokenizer, which then counts no more", async () => {
    const tokenizer = setUp();
    await tokenizer.count(["warm"], { signal: never });
    await tokenizer[Symbol.asyncDispose]();
    await waitUntil(async () => (await countProcesses()).length === 0);
    await expect(tokenizer.count(["x"], { signal: never })).rejects.toThrow("was disposed");
  });

  it("keeps a one-shot command alive until the count is there, and no longer", async () => {
    const script = `
      import { createGptTokenizer } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
      import { createSystemClock } from ${JSON.stringify(new URL("../../kernel/clock.ts", import.meta.url).href)};
      const tokenizer = createGptTokenizer({ idleMs: 3_600_000 }, { clock: createSystemClock() });
      process.stdout.write(String(await tokenizer.count(["hello world"], { signal: new AbortController().signal })));`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const cwd = fileURLToPath(new URL("../../..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 20_000 });
    expect(stdout).toBe("2");
  });
});
