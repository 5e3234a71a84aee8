import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { waitFor } from "../support/wait-for.ts";

let daemon: Daemon;
let ref: ReferenceServer;
let rest: RestClient;

/** Keeps a note, and then waits for longer than anybody does. */
const keeping = (compensate: object) => ({
  description: "Keeps a note, then waits.",
  steps: [
    { id: "note", tool: "ref__write_note", arguments: { text: "x" }, compensate },
    { id: "slow", tool: "ref__slow", dependsOn: "note", arguments: { ms: 60_000, steps: 1 } },
  ],
});

beforeAll(async () => {
  ref = await startModernHttpServer();
  daemon = await startDaemon({
    config: {
      mcpServers: { ref: { url: ref.url } },
      composites: {
        undoable: keeping({ tool: "ref__slow", arguments: { ms: 500, steps: 1 } }),
        stuck: keeping({ tool: "ref__fail", arguments: { message: "Locked." } }),
      },
    },
  });
  rest = restClient(daemon.url);
  await untilState(rest, ["ref"]);
}, 60_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await ref.close();
}, 30_000);

/** Runs a plan of one step, and cancels it when the composite behind that waits. */
async function cancelled(tool: string) {
  const before = await slowCalls();
  const { body } = await rest.post("/v1/plans?detach=true", { steps: [{ id: "c", tool }] });
  await waitFor(async () => (await slowCalls()) > before, { what: "the composite to wait" });
  await rest.send("DELETE", `/v1/plans/${body.id}`);
  const ended = async () => {
    const { body: report } = await rest.get(`/v1/plans/${body.id}`);
    return report.status !== "running" && report;
  };
  return waitFor(ended, { what: "the plan's end" });
}

async function slowCalls(): Promise<number> {
  const { body } = await rest.call("ref__counter");
  return body.structuredContent.calls.slow ?? 0;
}

describe("a plan that is cancelled while a composite is under way", () => {
  it("ends when that is undone, and says so", async () => {
    const { status, steps, wallMs } = await cancelled("composites__undoable");
    expect(status).toBe("cancelled");
    expect(steps.c.reason).toContain("note (ref__write_note) compensated; undone by ref__slow");
    expect(wallMs).toBeGreaterThanOrEqual(500);
  }, 30_000);

  it("says what was not undone, as does the log", async () => {
    const { steps } = await cancelled("composites__stuck");
    expect(steps.c.reason).toContain("NOT UNDONE: ref__fail failed: tool-error");
    const line = () => daemon.log().includes("A plan could not undo a step.");
    await waitFor(line, { what: "the warning" });
  }, 30_000);
});

describe("a composite whose caller has no more time", () => {
  it("is left at once, and what it could not undo stands under the id in the log", async () => {
    const { status } = await rest.call("composites__stuck", {}, { timeoutMs: 1_000 });
    expect(status).toBe(504);
    const find = () => /p_[0-9a-f]{32}/.exec(lastWarning() ?? "")?.[0];
    const id = await waitFor(find, { what: "the warning" });
    const { body } = await rest.get(`/v1/plans/${id}`);
    expect(body.steps.note.compensation).toMatchObject({ status: "failed", tool: "ref__fail" });
  }, 30_000);
});

/** The last one of a composite that no plan had called. */
function lastWarning(): string | undefined {
  const isOwn = (line: string): boolean =>
    line.includes("could not undo") && !/outer\W+p_/.test(line);
  return daemon.log().split("\n").filter(isOwn).at(-1);
}
