import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { bundledAddonPath, loadFaiss } from "./load-faiss.ts";

describe("loading FAISS", () => {
  it("finds the package or the built addon, and it works", () => {
    const load = loadFaiss({ addonPaths: [bundledAddonPath()] });
    expect(load).toMatchObject({ status: "loaded" });
    if (load.status !== "loaded") throw new Error("unreachable");
    const index = load.library.Index.fromFactory(2, "Flat", 0);
    index.add([1, 0, 0, 1]);
    expect(index.search([0, 1], 1).labels).toEqual([1]);
  });

  it("says what was tried, why it failed, and how to mend it", async () => {
    const directory = await mkdtemp(join(tmpdir(), "load-faiss-"));
    try {
      const [absent, text, other] = ["absent.node", "text.node", "other.cjs"].map((name) =>
        join(directory, name),
      ) as [string, string, string];
      await writeFile(text, "not a library");
      await writeFile(other, "module.exports = { Index: {} };");
      const load = loadFaiss({ packageName: "no-such-package", addonPaths: [absent, text, other] });
      expect(load).toEqual({
        status: "unavailable",
        reason: expect.stringMatching(
          /no-such-package: Cannot find.*absent\.node: Cannot find.*text\.node: .+other\.cjs: loads, but/,
        ),
        mend: expect.stringMatching(/scripts\/install-faiss.*discovery\.index/),
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("keeps the library to one thread and leaves the environment as it was", async () => {
    const directory = await mkdtemp(join(tmpdir(), "load-faiss-"));
    try {
      const stand = join(directory, "stand.cjs");
      await writeFile(
        stand,
        `const method = () => process.env.OMP_NUM_THREADS; exports.threads = process.env.OMP_NUM_THREADS;
         exports.Index = { fromFactory: method, read: method, fromBuffer: method };`,
      );
      const load = loadFaiss({ packageName: stand, addonPaths: [] });
      expect(load).toMatchObject({ status: "loaded", source: stand, library: { threads: "1" } });
      expect(process.env["OMP_NUM_THREADS"]).toBeUndefined();
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("is refused in worker threads, where it would crash the process", async () => {
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       const { loadFaiss } = require("tsx/cjs/api").require(workerData, __filename);
       parentPort.postMessage(loadFaiss({ addonPaths: [] }));`,
      { eval: true, workerData: new URL("load-faiss.ts", import.meta.url).pathname },
    );
    const load = await new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
    });
    await worker.terminate();
    expect(load).toMatchObject({
      status: "unavailable",
      reason: expect.stringMatching(/worker threads/),
    });
  });
});
