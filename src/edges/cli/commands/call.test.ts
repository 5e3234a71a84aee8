import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callAnswerSchema } from "../../../contract/index.ts";
import { CALL_META, CALLED } from "../../../../test/support/cli-answers.ts";
import {
  problem,
  runFakeCli,
  type CannedAnswer,
  type CliSetup,
} from "../../../../test/support/cli-host.ts";
import { makeTempDir } from "../../../../test/support/temp-dir.ts";

const TOOL = "users__search_users";
const STREAM = { "content-type": "text/event-stream; charset=utf-8" };

function call(
  argv: readonly string[],
  answer: CannedAnswer = { body: CALLED },
  setup: CliSetup = {},
) {
  const daemon = { [`POST /v1/tools/${TOOL}/call`]: answer };
  return runFakeCli(["call", TOOL, ...argv], { daemon, ...setup });
}

describe("call", () => {
  it("prints what the tool says", async () => {
    expect(callAnswerSchema.safeParse(CALLED).success).toBe(true);
    const run = await call(['{"name":"Alice"}']);
    expect(run).toMatchObject({ code: 0, out: "Alice Adams\n", err: "" });
    expect(run.requests[0]?.body).toBe('{"arguments":{"name":"Alice"}}');
  });

  it("sends no arguments where none are given", async () => {
    expect((await call([])).requests[0]?.body).toBe('{"arguments":{}}');
  });

  it("sends arguments as they are written, from anywhere", async () => {
    await using folder = await makeTempDir();
    const path = join(folder.path, "arguments.json");
    const text = '{ "id": 9007199254740993, "x": 1.50 }';
    await writeFile(path, `\ufeff${text}`);
    const runs = [
      await call([text]),
      await call(["-"], undefined, { input: text }),
      await call([`@${path}`]),
    ];
    for (const run of runs) expect(run.requests[0]?.body).toBe(`{"arguments":${text}}`);
  });

  it("refuses to wait for a person at standard input", async () => {
    const run = await call(["-"], undefined, { terminal: true, colour: false });
    expect(run).toMatchObject({ code: 2, requests: [] });
    expect(run.err).toContain("Standard input is a terminal.");
  });

  it.each([
    ["1500", 1500],
    ["500ms", 500],
    ["1.5s", 1500],
    ["2m", 120_000],
  ])("takes the time limit %s", async (text, timeoutMs) => {
    const run = await call(["{}", "--timeout", text]);
    expect(run.requests[0]?.body).toBe(`{"arguments":{},"timeoutMs":${timeoutMs}}`);
  });

  it("says whether a kept answer may serve", async () => {
    const run = await call(["{}", "--cache", "refresh", "--timeout", "1s"]);
    expect(run.requests[0]?.body).toBe('{"arguments":{},"timeoutMs":1000,"cache":"refresh"}');
    expect(await call(["{}", "--cache", "never"])).toMatchObject({ code: 2, requests: [] });
  });

  it("gives the answer's bytes with --json, so that no integer is rounded", async () => {
    const body = `{"content":[],"structuredContent":{"id":9007199254740993},"isError":false,"meta":${JSON.stringify(CALL_META)}}`;
    const run = await call(["{}", "--json"], { body });
    expect(run.out).toBe(`${body}\n`);
  });

  it("lays structured content out unrounded where there is no text", async () => {
    const body = `{"content":[],"structuredContent":{"id":9007199254740993,"tags":["a"],"none":{}},"meta":${JSON.stringify(CALL_META)}}`;
    const run = await call(["{}"], { body });
    expect(run.out).toBe(
      '{\n  "id": 9007199254740993,\n  "tags": [\n    "a"\n  ],\n  "none": {}\n}\n',
    );
  });

  it("shows a tool's own error and ends with 1", async () => {
    const body = { ...CALLED, content: [{ type: "text", text: "No such user." }], isError: true };
    const run = await call(["{}"], { body });
    expect(run).toMatchObject({
      code: 1,
      out: "No such user.\n",
      err: "The tool says that it failed.\n",
    });
    expect(await call(["{}", "--json"], { body })).toMatchObject({ code: 1, err: "" });
  });

  it("names what is no text", async () => {
    const content = [
      { type: "image", mimeType: "image/png", data: "A".repeat(4000) },
      { type: "audio", data: "AAA=" },
      { type: "resource_link", uri: "file:///a", name: "A" },
      { type: "resource", resource: { uri: "file:///b", text: "inside" } },
      { type: "resource", resource: { uri: "file:///c", mimeType: "x/y", blob: "AAAA" } },
      { type: "hologram", depth: 3 },
    ];
    const run = await call(["{}"], { body: { ...CALLED, content } });
    expect(run.out.split("\n").slice(0, 5)).toEqual([
      "[image image/png, 3.0 kB]",
      "[audio, 2 B]",
      "[link to file:///a (A)]",
      "inside",
      "[resource file:///c (x/y), 3 B]",
    ]);
    expect(run.out).toContain('"type": "hologram",\n  "depth": 3');
  });

  it("says what else should be known about the answer", async () => {
    const meta = {
      ...CALL_META,
      degraded: { via: "stale", reason: "circuit open", ageMs: 61_000 },
      handle: { handle: "h1", bytes: 5_000_000, mimeType: "application/json", expiresAt: 1 },
    };
    const run = await call(["{}"], { body: { ...CALLED, meta } });
    expect(run.err.split("\n")).toEqual([
      "Answered in its place (stale, 1 min 1 s old): circuit open.",
      "Only a preview of 5.0 MB: read the rest at http://127.0.0.1:8700/v1/results/h1",
      "",
    ]);
  });

  it("tells how long it took where somebody watches", async () => {
    const run = await call(["{}", "--no-progress"], undefined, { terminal: true, colour: false });
    expect(run.err).toBe("users__search_users · 12 ms\n");
  });

  it("lets nothing in the answer act on the terminal, and changes nothing elsewhere", async () => {
    const text = "a\u001b]0;title\u0007b\nc";
    const body = { ...CALLED, content: [{ type: "text", text }] };
    const options = ["{}", "--no-progress"];
    expect((await call(options, { body })).out).toBe(`${text}\n`);
    expect((await call(options, { body }, { terminal: true })).out).toBe(
      "a\ufffd]0;title\ufffdb\nc\n",
    );
  });
});

describe("a call's progress", () => {
  const done = `event: result\ndata: ${JSON.stringify(CALLED)}\n\n`;
  const half =
    'event: progress\ndata: {"progressToken":1,"progress":1,"total":2,"message":"half"}\n\n';

  it("is told line by line with --progress", async () => {
    const chunks = [half.slice(0, 20), half.slice(20), done];
    const run = await call(["{}", "--progress"], { headers: STREAM, chunks });
    expect(run).toMatchObject({ code: 0, out: "Alice Adams\n", err: "1/2 half\n" });
    expect(run.requests[0]?.headers?.["accept"]).toBe("text/event-stream");
  });

  it("is asked for where somebody watches, not elsewhere and not with --json", async () => {
    const answer = { headers: STREAM, chunks: [half, done] };
    const watched = await call(["{}"], answer, { terminal: true });
    expect(watched).toMatchObject({ code: 0, out: "Alice Adams\n" });
    const accepts = (run: typeof watched): unknown => run.requests[0]?.headers?.["accept"];
    expect(accepts(watched)).toBe("text/event-stream");
    expect(accepts(await call(["{}"]))).toBe("application/json");
    const json = await call(["{}", "--json", "--progress"], undefined, { terminal: true });
    expect(accepts(json)).toBe("application/json");
  });

  it("moves in a line on a terminal, which is gone at the end", async () => {
    const slow = async (): Promise<CannedAnswer> => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return { headers: STREAM, body: done };
    };
    const daemon = { [`POST /v1/tools/${TOOL}/call`]: slow };
    const run = await runFakeCli(["call", TOOL], { daemon, terminal: true });
    expect(run.err).toContain(`Calling ${TOOL}`);
    expect(run.err.lastIndexOf("\r\u001b[2K")).toBeGreaterThan(run.err.lastIndexOf("Calling"));
    expect(run.out).toBe("Alice Adams\n");
  });

  it("may end in a problem", async () => {
    const { body } = problem("deadline-exceeded", "It took longer than 5 ms.");
    const data = JSON.stringify({ ...body, status: 504 });
    const chunks = [half, `event: error\ndata: ${data}\n\n`];
    const run = await call(["{}", "--progress"], { headers: STREAM, chunks });
    expect(run).toMatchObject({ code: 4, out: "" });
    expect(run.err).toContain("error: It took longer than 5 ms.");
  });

  it("may be cut off", async () => {
    const run = await call(["{}", "--progress"], { headers: STREAM, chunks: [half] });
    expect(run).toMatchObject({ code: 4, out: "" });
    expect(run.err).toContain("was lost while users__search_users was called: whether");
  });
});
