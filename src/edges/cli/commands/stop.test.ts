import { describe, expect, it } from "vitest";
import { problem, runFakeCli } from "../../../../test/support/cli-host.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { DaemonState, RestTransport } from "../host.ts";

const ASKED = { status: 202, body: { status: "stopping" } };
const DAEMON = { "POST /v1/stop": ASKED };

/** A process that is seen in these states, one after another. */
function processSeen(...states: readonly DaemonState[]) {
  const left = [...states];
  let looks = 0;
  const look = () => {
    looks += 1;
    return Promise.resolve(left.length > 1 ? left.shift()! : left[0]!);
  };
  return {
    findProcess: () => Promise.resolve({ pid: 4242, look }),
    looks: () => looks,
  };
}

const RUNNING = { kind: "running" } as const;
const STOPPING = { kind: "stopping", endsWithinMs: 20_000 } as const;
const ENDED = { kind: "ended" } as const;

describe("stop", () => {
  it("waits until the process of the daemon has let go of everything", async () => {
    const seen = processSeen(RUNNING, RUNNING, STOPPING, STOPPING, ENDED);
    const { findProcess } = seen;
    const run = await runFakeCli(["stop"], { daemon: DAEMON, host: { findProcess } });
    expect(run).toMatchObject({ code: 0, out: "Stopped.\n", err: "" });
    expect(seen.looks()).toBe(5);
    expect(run.requests.map(({ path }) => path)).toEqual(["/v1/stop"]);
  });

  it("tells a person how long it may take", async () => {
    const { findProcess } = processSeen(RUNNING, STOPPING, STOPPING, STOPPING, STOPPING, ENDED);
    const setup = { daemon: DAEMON, host: { findProcess }, terminal: true, colour: false };
    const run = await runFakeCli(["stop"], setup);
    expect(run.err).toContain("Stopping: what is under way may take 25.0 s more");
  });

  it("only waits where the daemon is stopping already", async () => {
    const { findProcess } = processSeen(STOPPING, STOPPING, ENDED);
    const run = await runFakeCli(["stop", "--json"], { host: { findProcess } });
    expect(run).toMatchObject({ code: 0, out: '{"status":"stopping"}\n', requests: [] });
  });

  it("says when it gives up, and ends with 1", async () => {
    const late = { kind: "stopping", endsWithinMs: -5_000 } as const;
    const { findProcess } = processSeen(STOPPING, STOPPING, late);
    const run = await runFakeCli(["stop"], { host: { findProcess } });
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.err).toMatch(/^error: Process 4242 was told to stop and has not ended within /);
  });

  it("may be cancelled while it waits", async () => {
    const stop = new AbortController();
    const look = () => {
      stop.abort(new Error("SIGINT"));
      return Promise.resolve(STOPPING);
    };
    const findProcess = () => Promise.resolve({ pid: 1, look });
    const run = await runFakeCli(["stop"], { signal: stop.signal, host: { findProcess } });
    expect(run).toMatchObject({ code: 130, out: "" });
  });

  it("needs to be allowed", async () => {
    const answer = { status: 403, ...problem("forbidden", "Only an admin may stop the daemon.") };
    const run = await runFakeCli(["stop"], { daemon: { "POST /v1/stop": answer } });
    expect(run).toMatchObject({ code: 3, out: "" });
  });
});

describe("stop, of a daemon that only a URL leads to", () => {
  it("waits until nothing answers, and does not claim more", async () => {
    let asked = 0;
    const transport: RestTransport = {
      target: "http://elsewhere:8700",
      send: () => Promise.resolve({ status: 202, headers: {}, body: Buffer.from("{}") }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const findDaemon = () => Promise.resolve((asked += 1) > 3 ? undefined : transport);
    const run = await runFakeCli(["stop"], { host: { findDaemon } });
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toMatch(/^It no longer answers\./);
    expect(asked).toBe(4);
  });
});

describe("a daemon that is stopping", () => {
  it.each([[["status"]], [["plan", "get", "p1"]], [["search", "x"]], [["tools"]]])(
    "is told by %j, which starts nothing beside it",
    async (argv) => {
      const message = "The daemon at http://127.0.0.1:8700 (process 4242) is stopping.";
      const data = { url: "http://127.0.0.1:8700", reason: "stopping" } as const;
      const findDaemon = () =>
        Promise.reject(new GatewayError("daemon-unreachable", message, data));
      const run = await runFakeCli(argv, { host: { findDaemon } });
      expect(run).toMatchObject({ code: 4, out: "" });
      expect(run.err).toBe(
        `error: ${message}\nhint: Wait for its end with switchboard stop, then start one with switchboard serve.\n`,
      );
    },
  );
});
