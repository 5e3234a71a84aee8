import { describe, expect, it } from "vitest";
import { createSharedAbort } from "./abort.ts";

describe("a shared abort", () => {
  it("aborts with the reason of the last holder to leave", () => {
    const abort = createSharedAbort();
    abort.join();
    abort.leave("first");
    expect(abort.signal.aborted).toBe(false);
    abort.leave("last");
    expect(abort.signal.reason).toBe("last");
  });
});
