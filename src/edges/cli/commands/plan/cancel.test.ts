import { describe, expect, it } from "vitest";
import { problem, runFakeCli, type Routes } from "../../../../../test/support/cli-host.ts";
import { ran, reported } from "../../../../../test/support/plan-answers.ts";

const cancel = (daemon: Routes) => runFakeCli(["plan", "cancel", "p1"], { daemon });

describe("plan cancel", () => {
  const report = reported({ search: ran(0, 300) });

  it("ends a plan that runs, and tells what became of it", async () => {
    const run = await cancel({
      "GET /v1/plans/p1": { body: { ...report, status: "running" } },
      "DELETE /v1/plans/p1": { body: { ...report, status: "cancelled" } },
    });
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toMatch(/^Cancelled in 300 ms/);
  });

  it("says of one that has ended that there was nothing to cancel", async () => {
    const run = await cancel({ "GET /v1/plans/p1": { body: report } });
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^Succeeded in 300 ms/);
    expect(run.err).toBe("It had already ended: there was nothing to cancel.\n");
    expect(run.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("knows nothing of one that is not there, and says so once", async () => {
    const said =
      "There is no plan p1: it has ended and been forgotten, or never was. Run it again.";
    const missing = { status: 404, ...problem("unknown-plan", said) };
    const run = await cancel({ "GET /v1/plans/p1": missing });
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.err).toBe(
      `error: ${said}\nhint: Compare it with the id that plan run --detach printed.\n`,
    );
  });
});
