import { afterEach, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { waitFor } from "../support/wait-for.ts";

let daemon: Daemon;
let ref: ReferenceServer;

afterEach(async () => {
  await daemon[Symbol.asyncDispose]();
  await ref.close();
}, 30_000);

/** Half of the time to drain is what plans may take to end by themselves. */
async function start(slowMs: number, drainTimeoutMs: number) {
  const slow = { id: "slow", tool: "ref__slow", arguments: { ms: slowMs, steps: 1 } };
  const after = { id: "after", tool: "ref__add", arguments: { a: "${steps.slow.steps}", b: 1 } };
  ref = await startModernHttpServer();
  daemon = await startDaemon({
    config: {
      mcpServers: { ref: { url: ref.url } },
      gateway: { drainTimeoutMs },
      composites: { slowly: { description: "Waits, then adds.", steps: [slow, after] } },
    },
  });
  const rest = restClient(daemon.url);
  await untilState(rest, ["ref"]);
  const begun = async () => {
    const { body } = await rest.call("ref__counter");
    return (body.structuredContent as { calls: { slow?: number } }).calls.slow === 1;
  };
  return { rest, begun };
}

describe("a daemon that stops in the middle of a composite's plan", () => {
  it("lets one end that can, its later steps included", async () => {
    const { rest, begun } = await start(700, 20_000);
    const answer = rest.call("composites__slowly");
    await waitFor(begun, { what: "the slow step to begin" });
    const stopped = daemon.stop();
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body.structuredContent).toMatchObject({ slow: { waitedMs: 700 }, after: { sum: 2 } });
    expect(await stopped).toBe(0);
  }, 60_000);

  it("cancels one that cannot, and says so", async () => {
    const { rest, begun } = await start(60_000, 1_000);
    const answer = rest.call("composites__slowly");
    await waitFor(begun, { what: "the slow step to begin" });
    const startedMs = performance.now();
    const stopped = daemon.stop();
    const { body } = await answer;
    expect(body).toMatchObject({ isError: true });
    expect(body.content[0].text).toContain("was cancelled");
    expect(body.content[0].text).toContain("The gateway is stopping.");
    expect(await stopped).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(ref.stats.cancelled["slow"]).toBe(1);
  }, 60_000);
});
