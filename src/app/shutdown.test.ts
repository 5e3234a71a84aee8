import { describe, expect, it } from "vitest";
import { createSilentLogger } from "../kernel/log.ts";
import { shutDown } from "./shutdown.ts";

describe("the shutdown", () => {
  it("runs every phase in order, though one fails and one hangs", async () => {
    const order: string[] = [];
    const warned: string[] = [];
    const log = {
      ...createSilentLogger(),
      warn: (fields: object) => void warned.push(JSON.stringify(fields)),
      error: (fields: object) => void warned.push(Object.keys(fields).join()),
    };
    const phase = (name: string, run: () => unknown) => ({
      name,
      timeoutMs: 20,
      run: () => (order.push(name), run()),
    });
    await shutDown(
      [
        phase("fails", () => {
          throw new Error("no");
        }),
        phase("hangs", () => new Promise(() => undefined)),
        phase("rejects", () => Promise.reject(new Error("no"))),
        phase("works", () => "fine"),
      ],
      log,
    );
    expect(order).toEqual(["fails", "hangs", "rejects", "works"]);
    expect(warned).toEqual(["phase,err", `{"phase":"hangs","timeoutMs":20}`, "phase,err"]);
  });
});
