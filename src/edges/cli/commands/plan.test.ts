import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planAnswerSchema, planCheckAnswerSchema } from "../../../contract/index.ts";
import {
  problem,
  runFakeCli,
  type CannedAnswer,
  type CliSetup,
  type Routes,
} from "../../../../test/support/cli-host.ts";
import {
  checked,
  event,
  planned,
  ran,
  reported,
  unbegun,
} from "../../../../test/support/plan-answers.ts";
import { makeTempDir, type TempDir } from "../../../../test/support/temp-dir.ts";
import type { RestRequest, RestTransport } from "../host.ts";

const STREAM = { "content-type": "text/event-stream; charset=utf-8" };
const STEPS = [planned("search", []), planned("get", ["search"], { stage: 1, estimateMs: 100 })];
const CHECK = checked(STEPS, { criticalPath: ["search", "get"], estimateMs: 350 });
const REPORT = reported(
  { search: ran(0, 200), get: ran(200, 100) },
  { output: { id: 1 }, criticalPathMs: 300 },
);

let folder: TempDir;
let file: string;
beforeAll(async () => {
  folder = await makeTempDir();
  file = join(folder.path, "plan.yaml");
  await writeFile(file, "steps:\n  - id: search\n    tool: users__search\n  - id: get\n");
});
afterAll(() => folder.remove());

/** The stream of a plan that ends with a report, given as JSON text where it is one. */
function streamed(report: object | string = REPORT, events: readonly string[] = []): CannedAnswer {
  const json = typeof report === "string" ? report : JSON.stringify(report);
  const end = `id: 9\nevent: plan.finished\ndata: {"id":9,"atMs":300,"type":"plan.finished","report":${json}}\n\n`;
  const chunks = [event("plan.started", { plan: "p1", steps: 2 }), ...events, end];
  return { headers: STREAM, chunks };
}

function plan(words: readonly string[], routes: Routes = {}, setup: CliSetup = {}) {
  const daemon = {
    "POST /v1/plans/check": { body: CHECK },
    "POST /v1/plans": streamed(),
    ...routes,
  };
  const [first = "", ...rest] = words;
  const argv = ["plan", first, ...(first === "check" || first === "run" ? [file] : []), ...rest];
  return runFakeCli(argv, { daemon, ...setup });
}

const said = (run: { err: string }): string => run.err.replaceAll(`${folder.path}/`, "");

it("the fixed answers are answers of the API", () => {
  expect(planCheckAnswerSchema.safeParse(CHECK).success).toBe(true);
  expect(planAnswerSchema.safeParse(REPORT).success).toBe(true);
});

describe("plan check", () => {
  it("shows the order and what it will take", async () => {
    const run = await plan(["check"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toContain("    1  *  └ get   users__get     100 ms\n");
    expect(run.out).toContain("\n* critical path: search → get\n");
    expect(run.out).toMatch(/2 steps in 2 stages: about 350 ms.*\n\nThe plan can run\.\n$/);
  });

  it("tells every problem with its line, and ends with 2", async () => {
    const wrong = {
      severity: "error",
      step: "get",
      path: "/steps/1/tool",
      code: "required",
    } as const;
    const problems = [{ ...wrong, message: "A tool is needed." }];
    const body = checked([], { ok: false, problems });
    const run = await plan(["check"], { "POST /v1/plans/check": { body } });
    expect(run).toMatchObject({ code: 2, err: "" });
    expect(run.out.replaceAll(`${folder.path}/`, "")).toBe(
      "plan.yaml:4:5: error in step get (required)\n  A tool is needed.\n\nThe plan cannot run: 1 error.\n",
    );
  });

  it("gives the answer's bytes with --json", async () => {
    const body = JSON.stringify({ ...CHECK, more: 1 }, null, 1);
    const run = await plan(["check", "--json"], { "POST /v1/plans/check": { body } });
    expect(run).toMatchObject({ code: 0, out: `${body}\n`, err: "" });
  });

  it("is what plan run --dry-run does", async () => {
    const run = await plan(["run", "--dry-run"]);
    expect(run.out).toBe((await plan(["check"])).out);
    expect(run.requests.map(({ path }) => path)).toEqual(["/v1/plans/check"]);
  });
});

describe("plan run", () => {
  it("prints the output alone on standard output, and how it went beside it", async () => {
    const run = await plan(["run"]);
    expect(run).toMatchObject({ code: 0, out: '{\n  "id": 1\n}\n', open: 0 });
    expect(run.err).toMatch(
      /^ +0 +300 ms\n\* search {2}█+ +200 ms\n\* get {5} +█+ {2}100 ms\nSucceeded/,
    );
    expect(run.requests.map(({ path }) => path)).toEqual([
      "/v1/plans/check",
      "/v1/plans?values=none",
    ]);
  });

  it.each([
    ["a text as it is", '"a\\nb"', "a\nb\n"],
    ["integers unrounded", '{"n":9007199254740993}', '{\n  "n": 9007199254740993\n}\n'],
  ])("prints %s", async (_what, output, out) => {
    const { output: _, ...rest } = REPORT;
    const json = `${JSON.stringify(rest).slice(0, -1)},"output":${output}}`;
    expect((await plan(["run"], { "POST /v1/plans": streamed(json) })).out).toBe(out);
  });

  it("prints nothing where the plan has no output, and says so", async () => {
    const { output: _, ...rest } = REPORT;
    const run = await plan(["run"], { "POST /v1/plans": streamed(rest) });
    expect(run).toMatchObject({ code: 0, out: "" });
    expect(run.err).toMatch(/\nThe plan has no output; --json shows the values of its steps\.\n$/);
    const failed = await plan(["run"], {
      "POST /v1/plans": streamed({ ...rest, status: "failed" }),
    });
    expect(failed.err).not.toContain("no output");
  });

  it("reads an output that is too large for the answer, to its end", async () => {
    const handle = { handle: "h1", bytes: 9, mimeType: "application/json", expiresAt: 1 };
    const { output: _, ...rest } = REPORT;
    const page = { handle: "h1", totalBytes: 9 };
    const routesTo = (json: string, kept: object = { handle }) => ({
      "POST /v1/plans": streamed({
        ...rest,
        withheld: { bytes: 9, preview: json.slice(0, 4), ...kept },
      }),
      "GET /v1/results/h1": ({ path }: RestRequest): CannedAnswer =>
        path.includes("offset=0&")
          ? { body: { ...page, text: json.slice(0, 4), offset: 0, nextOffset: 4 } }
          : { body: { ...page, text: json.slice(4), offset: 4 } },
    });
    const routes = routesTo('"abcdefg"');
    expect(await plan(["run"], routes)).toMatchObject({ code: 0, out: "abcdefg\n" });
    expect(await plan(["run"], routesTo("[1234567]"))).toMatchObject({ out: "[1234567]\n" });
    const lost = await plan(["run"], routesTo('"abcdefg"', {}));
    expect(lost).toMatchObject({ code: 1, out: "" });
    expect(lost.err).toContain("The output has 9 B, too large to be kept: it is lost.");
    const watched = await plan(["run", "--no-progress"], routes, { terminal: true, colour: false });
    expect(watched.out).toBe('"abc…\n');
    expect(watched.err).toContain("Only the beginning of 9 B: pipe it to read it whole.");
  });

  it.each([
    ["succeeded", 0, "Succeeded"],
    ["partial", 0, "Partly succeeded"],
    ["failed", 1, "Failed"],
    ["cancelled", 130, "Cancelled"],
  ] as const)("that %s ends with %i", async (status, code, words) => {
    const run = await plan(["run"], { "POST /v1/plans": streamed({ ...REPORT, status }) });
    expect(run.code).toBe(code);
    expect(run.err).toContain(`\n${words} in 300 ms`);
  });

  it("does not run what has problems, and tells warnings on the way", async () => {
    const warning = {
      severity: "warning",
      path: "/steps/0",
      code: "odd",
      message: "Odd.",
    } as const;
    const check = { ...CHECK, problems: [warning] };
    const warned = await plan(["run"], { "POST /v1/plans/check": { body: check } });
    expect(said(warned)).toMatch(/^plan\.yaml:2:5: warning \(odd\)\n {2}Odd\.\n/);
    expect(warned.code).toBe(0);
    const body = { ...check, ok: false, problems: [{ ...warning, severity: "error" }] };
    const refused = await plan(["run"], { "POST /v1/plans/check": { body } });
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.requests).toHaveLength(1);
    expect(said(refused)).toContain("The plan has not run: 1 error.\n");
  });

  it("names the problems of a plan that is refused when it begins", async () => {
    const problems = [
      { severity: "error", path: "/steps/0/tool", code: "unknown-tool", message: "Gone." },
    ];
    const { body } = problem("invalid-plan", "The plan has 1 error.", { problems, status: 422 });
    const run = await plan(["run"], { "POST /v1/plans": { status: 422, body } });
    expect(run).toMatchObject({ code: 2, out: "" });
    expect(run.err).toContain("  /steps/0/tool: Gone. (unknown-tool)\n");
  });

  it("gives the answer's bytes with --json, and nothing else", async () => {
    const json =
      '{ "id": "p1", "status": "failed", "startedAt": 0, "wallMs": 1, "criticalPathMs": 1, "steps": {}, "output": 9007199254740993 }';
    const run = await plan(
      ["run", "--json", "--progress"],
      { "POST /v1/plans": streamed(json) },
      { terminal: true },
    );
    expect(run).toMatchObject({ code: 1, out: `${json}\n`, err: "" });
    expect(run.requests.map(({ path }) => path)).toEqual(["/v1/plans?values=auto"]);
  });

  it("passes its time limit on", async () => {
    const run = await plan(["run", "--timeout", "30s"]);
    expect(run.requests.at(-1)?.path).toBe("/v1/plans?values=none&timeoutMs=30000");
  });

  it("runs in this process where there is no daemon", async () => {
    const gateway = { "POST /v1/plans/check": { body: CHECK }, "POST /v1/plans": streamed() };
    expect(await runFakeCli(["plan", "run", file], { gateway })).toMatchObject({
      code: 0,
      open: 0,
    });
  });

  it("says when the connection is lost", async () => {
    const chunks = [event("plan.started", { plan: "p1", steps: 2 })];
    const run = await plan(["run"], { "POST /v1/plans": { headers: STREAM, chunks } });
    expect(run).toMatchObject({ code: 4, out: "" });
    expect(run.err).toBe(
      "error: The connection to http://127.0.0.1:8700 was lost while plan p1 ran: it may have done " +
        "part of its work, and if the daemon has ended, nothing of that was undone.\n" +
        "hint: See with switchboard status whether it still runs.\n",
    );
  });
});

describe("a plan's progress", () => {
  const step = (type: string, more: object): string =>
    event(type, {
      step: { id: "get", tool: "users__get", status: "running", attempts: 0, ...more },
    });
  const items = { total: 50, succeeded: 9, failed: 1 };
  const events = [
    step("step.started", { startedMs: 3 }),
    step("step.progress", { items }),
    step("step.retried", {}),
    step("step.failed", { durationMs: 20, error: { code: "tool-error", message: "No." } }),
    event("something.new", {}),
  ];
  const routes = { "POST /v1/plans": streamed(REPORT, events) };

  it("is told line by line with --progress", async () => {
    const run = await plan(["run", "--progress"], routes);
    expect(run.err.split("\n").slice(0, 5)).toEqual([
      "2 steps to do",
      "get: calls users__get",
      "get: has done 10 of 50 items (1 failed)",
      "get: tries again",
      "get: failed in 20 ms (tool-error: No.)",
    ]);
  });

  it("is not told where nobody watches", async () => {
    expect((await plan(["run"], routes)).err).not.toContain("to do");
  });

  it("moves in a few lines on a terminal, which are gone at the end", async () => {
    const follow = handDriven(async ({ tell, finish }) => {
      tell(event("plan.started", { plan: "p1", steps: 2 }), events[0]!, events[1]!);
      await new Promise((resolve) => setTimeout(resolve, 350));
      finish(REPORT);
    });
    const run = await runFakeCli(["plan", "run", file], {
      daemon: follow.daemon,
      terminal: true,
      colour: false,
    });
    expect(run.code).toBe(0);
    const drawn = run.err.replaceAll("\r\u001b[2K", "<erase>").replaceAll("\u001b[1A", "<up>");
    expect(drawn).toMatch(
      /<erase>⠋ 0 of 2 steps done · 1 running · \d+ ms\n {2}get {2}\d+ ms {2}users__get {2}10 of 50 items \(1 failed\)<erase><up><erase>⠙/,
    );
    const after = drawn.slice(drawn.lastIndexOf("<erase>") + "<erase>".length);
    expect(after).toMatch(/^ +0 +300 ms\n\* search/);
  });
});

describe("Ctrl-C", () => {
  it("cancels the plan, and tells what became of it", async () => {
    const stop = new AbortController();
    const follow = handDriven(async ({ tell, cancelled, finish }) => {
      tell(event("plan.started", { plan: "p1", steps: 2 }));
      stop.abort(new Error("stopped"));
      await cancelled;
      const undone = { tool: "users__delete", status: "succeeded", durationMs: 3 } as const;
      finish(
        reported(
          {
            search: ran(0, 5, { status: "compensated", compensation: undone }),
            get: ran(5, 1, { status: "cancelled" }),
            last: unbegun("pending"),
          },
          { status: "cancelled" },
        ),
      );
    });
    const run = await runFakeCli(["plan", "run", file], {
      daemon: follow.daemon,
      signal: stop.signal,
    });
    expect(run).toMatchObject({ code: 130, out: "", open: 0 });
    expect(run.requests.at(-1)).toMatchObject({
      method: "DELETE",
      path: "/v1/plans/p1?values=none",
    });
    expect(run.err).toContain(
      "  search undone by users__delete in 3 ms\n  cancelled: get\n  not begun: last\n",
    );
  });

  it("before the plan has begun leaves at once", async () => {
    const stop = new AbortController();
    const daemon = {
      "POST /v1/plans/check": () => {
        stop.abort(new Error("stopped"));
        return { body: CHECK };
      },
    };
    const run = await runFakeCli(["plan", "run", file], { daemon, signal: stop.signal });
    expect(run).toMatchObject({ code: 130, out: "" });
    expect(run.requests.map(({ path }) => path)).toEqual(["/v1/plans/check"]);
  });

  it("leaves when the daemon does not answer the cancelling", async () => {
    const stop = new AbortController();
    const follow = handDriven(async ({ tell, cancelled }) => {
      tell(event("plan.started", { plan: "p1", steps: 2 }));
      stop.abort(new Error("stopped"));
      await cancelled;
    }, "refuse to cancel");
    const run = await runFakeCli(["plan", "run", file], {
      daemon: follow.daemon,
      signal: stop.signal,
    });
    expect(run).toMatchObject({ code: 130, out: "", open: 0 });
  });
});

describe("a detached plan", () => {
  const running = { ...REPORT, status: "running" };

  it("leaves its id on standard output", async () => {
    const run = await plan(["run", "--detach"], {
      "POST /v1/plans": { status: 202, body: running },
    });
    expect(run).toMatchObject({ code: 0, out: "p1\n" });
    expect(run.err).toContain("switchboard plan get p1");
    expect(run.requests.map(({ path }) => path)).toEqual(["/v1/plans?values=none&detach=true"]);
  });

  it("needs a daemon", async () => {
    expect(await runFakeCli(["plan", "run", file, "--detach"])).toMatchObject({ code: 4, out: "" });
  });

  it("is shown by plan get, and followed with --wait", async () => {
    const shown = await plan(["get", "p1"], { "GET /v1/plans/p1": { body: running } });
    expect(shown).toMatchObject({ code: 0, out: '{\n  "id": 1\n}\n' });
    expect(shown.err).toContain("Still running after 300 ms");
    const followed = await plan(["get", "p1", "--wait"], { "GET /v1/plans/p1": streamed() });
    expect(followed.err).toContain("Succeeded in 300 ms");
    expect(followed.requests[0]?.headers).toMatchObject({ accept: "text/event-stream" });
  });
});

interface Driving {
  tell(...events: readonly string[]): void;
  readonly cancelled: Promise<void>;
  finish(report: object): void;
}

/** A daemon whose plan does what a test says, and goes on until it finishes or its connection is closed. */
function handDriven(drive: (driving: Driving) => Promise<void>, refuse?: "refuse to cancel") {
  let cancel: () => void;
  const cancelled = new Promise<void>((resolve) => (cancel = resolve));
  const answer = (value: unknown, status = 200) => ({
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(value)),
  });
  const daemon: RestTransport = {
    target: "http://127.0.0.1:8700",
    async send({ method, path, onChunk, signal }) {
      if (path === "/v1/plans/check") return answer(CHECK);
      if (method === "DELETE") {
        cancel();
        return refuse === undefined ? answer(REPORT) : answer({}, 500);
      }
      return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        void drive({
          tell: (...events) => events.forEach((text) => onChunk?.(Buffer.from(text))),
          cancelled,
          finish(report) {
            const [, end = ""] = streamed(report).chunks!;
            onChunk?.(Buffer.from(end));
            resolve({ status: 200, headers: STREAM, body: Buffer.from("") });
          },
        });
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { daemon };
}
