import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { createSystemClock } from "../../kernel/clock.ts";
import type { Tokenizer } from "../../core/tokens/index.ts";
import { createGptTokenizer, type GptTokenizerOptions } from "./index.ts";
import { childrenOf, commandLineOf } from "../../../test/support/process-tree.ts";
import { waitFor } from "../../../test/support/wait-for.ts";

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
  await allGone();
});

/** Ids of this test's own child processes that run the tokenizer (Linux). */
function countProcesses(): number[] {
  return childrenOf(process.pid).filter((pid) => commandLineOf(pid).includes("count-process"));
}

/** Waits until none of them is left. */
async function allGone(): Promise<void> {
  await waitFor(() => countProcesses().length === 0, {
    what: "the processes to end",
    timeoutMs: 10_000,
  });
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
    expect(countProcesses()).toEqual([]);
  });
});

describe("the tokenizer's process", () => {
  it("serves several askers at once and ends when it is idle", async () => {
    const tokenizer = setUp({ idleMs: 50 });
    const counts = await Promise.all(
      ["one", "one two", "one two three"].map((text) => tokenizer.count([text], { signal: never })),
    );
    expect(counts).toEqual([[1], [2], [3]]);
    await allGone();
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
    for (const pid of countProcesses()) process.kill(pid, "SIGKILL");
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
    await allGone();
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
