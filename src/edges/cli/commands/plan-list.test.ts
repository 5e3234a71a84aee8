import { describe, expect, it } from "vitest";
import { planListSchema } from "../../../contract/index.ts";
import { runFakeCli } from "../../../../test/support/cli-host.ts";

const BODY = {
  plans: [
    {
      id: "p_2",
      status: "running",
      startedAt: Date.UTC(2026, 1, 3, 4, 5, 6),
      wallMs: 1_200,
      steps: { succeeded: 1_000, running: 2, pending: 1 },
    },
    { id: "p_1", status: "failed", startedAt: 0, wallMs: 30, steps: { failed: 1 } },
  ],
};

describe("plan list", () => {
  it("shows how each plan is doing, also without colour", async () => {
    expect(planListSchema.safeParse(BODY).success).toBe(true);
    const daemon = { "GET /v1/plans": { body: BODY } };
    const { code, out } = await runFakeCli(["plan", "list"], { daemon });
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "PLAN  STATUS   STARTED                TOOK  STEPS",
      "p_2   running  2026-02-03T04:05:06Z  1.2 s  1,000 succeeded, 2 running, 1 pending",
      "p_1   failed   1970-01-01T00:00:00Z  30 ms  1 failed",
      "",
    ]);
    const json = await runFakeCli(["plan", "list", "--json"], { daemon });
    expect(JSON.parse(json.out)).toEqual(BODY);
  });

  it("says what to do when there are none", async () => {
    const daemon = { "GET /v1/plans": { body: { plans: [] } } };
    expect((await runFakeCli(["plan", "list"], { daemon })).out).toContain("switchboard plan run");
  });
});
