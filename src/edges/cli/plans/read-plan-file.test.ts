import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runFakeCli } from "../../../../test/support/cli-host.ts";
import { checked } from "../../../../test/support/plan-answers.ts";
import { makeTempDir } from "../../../../test/support/temp-dir.ts";
import { locateInJson, locateInYaml } from "./locate.ts";

async function check(name: string, text: string | Uint8Array, words: readonly string[] = []) {
  await using folder = await makeTempDir();
  const path = join(folder.path, name);
  await writeFile(path, text);
  const daemon = { "POST /v1/plans/check": { body: checked([]) } };
  const run = await runFakeCli(["plan", "check", path, ...words], { daemon });
  return { ...run, err: run.err.replaceAll(`${folder.path}/`, ""), sent: run.requests[0]?.body };
}

const YAML = `# A comment
steps:
  - id: a
    tool: users__search_users
    arguments:
      id: 9007199254740993
      names: [x, "y"]
  - &again
    id: "b"
    tool: files__read
  - *again
`;

describe("a plan's file", () => {
  it("may be YAML, whose numbers keep their digits", async () => {
    const { sent } = await check(
      "plan.yaml",
      "steps: [{id: a, tool: x__y, arguments: {n: 9007199254740993}}]",
    );
    expect(sent).toBe('{"steps":[{"id":"a","tool":"x__y","arguments":{"n":9007199254740993}}]}');
  });

  it("may be JSON, whose bytes stay as they are", async () => {
    const text = '{ "steps": [], "x": 9007199254740993, "y": 1.50 }';
    expect((await check("plan.json", `\ufeff${text}`)).sent).toBe(text);
    expect((await check("plan", text)).sent).toBe(text);
  });

  it("may come from standard input", async () => {
    const daemon = { "POST /v1/plans/check": { body: checked([]) } };
    const run = await runFakeCli(["plan", "check", "-"], { daemon, input: "steps: []\n" });
    expect(run.requests[0]?.body).toBe('{"steps":[]}');
    const both = ["plan", "check", "-", "--input", "-"];
    expect(await runFakeCli(both, { daemon, input: "{}" })).toMatchObject({
      code: 2,
      requests: [],
    });
  });

  it("takes an input in place of its own", async () => {
    const input = '{"id":9007199254740993}';
    const { sent } = await check("plan.yaml", "input: {id: 1}\nsteps: []\n", ["--input", input]);
    expect(sent).toBe(`{"input":${input},"steps":[]}`);
    expect((await check("p.json", '{"steps":[]}', ["--input", input])).sent).toBe(
      `{"steps":[],"input":${input}}`,
    );
  });

  const broken: readonly (readonly [name: string, text: string | Uint8Array, said: string])[] = [
    ["p.json", '{"steps": [\n  {"id": "a",}\n]}', "p.json:2:14 is not JSON: a string was expected"],
    ["p.yaml", "steps:\n  - id: a\n    id: b\n", 'p.yaml:3:5: the key "id" stands here twice'],
    ["p.yaml", "steps: [\n", "p.yaml:2:1: Flow sequence"],
    ["p.yaml", "a: *nothing\n", "no anchor &nothing stands before this alias"],
    ["p.yaml", "a: .inf\n", "p.yaml:1:4: JSON has no number"],
    [
      "p.yaml",
      "steps:\n  - {id: a, arguments: {x: ${input.x}}}\n",
      'p.yaml:2:28: put "${input.x}" in quotes here',
    ],
    ["p.yaml", "- a\n", "p.yaml holds no mapping, and so no plan."],
    ["p.yaml", "", "p.yaml holds no mapping, and so no plan."],
    ["p.json", Buffer.from([0x7b, 0xff, 0x7d]), "p.json is not UTF-8 text."],
  ];
  it.each(broken)("%s that is broken is refused: %j", async (name, text, said) => {
    const run = await check(name, text);
    expect(run).toMatchObject({ code: 2, out: "", requests: [] });
    expect(run.err).toContain(said);
  });

  it("whose aliases unfold without end is refused", async () => {
    const levels = Array.from({ length: 30 }, (_, n) =>
      n === 0 ? "a0: &a0 xxxxxxxx" : `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`,
    );
    const run = await check("p.yaml", levels.join("\n"));
    expect(run).toMatchObject({ code: 2, requests: [] });
    expect(run.err).toContain("its aliases unfold to more than");
  });

  it("may be too large for YAML, and is told what is larger", async () => {
    const run = await check("p.yaml", `a: ${"x".repeat(600_000)}`);
    expect(run).toMatchObject({ code: 2, out: "", requests: [] });
    expect(run.err).toContain("has 600003 bytes; a plan in YAML may have 524288.\nhint: Write it");
  });

  it("that is not there is named", async () => {
    const run = await runFakeCli(["plan", "check", "/no/such/plan.yaml"], { daemon: {} });
    expect(run).toMatchObject({ code: 2, requests: [] });
    expect(run.err).toContain("The file /no/such/plan.yaml cannot be read");
  });
});

describe("a JSON pointer into a plan's file", () => {
  it.each([
    ["", 2, 1],
    ["/steps", 2, 1],
    ["/steps/0", 3, 5],
    ["/steps/0/tool", 4, 5],
    ["/steps/0/arguments", 5, 5],
    ["/steps/0/arguments/id", 6, 7],
    ["/steps/0/arguments/names/1", 7, 18],
    ["/steps/0/arguments/nothing/deeper", 5, 5],
    ["/steps/1/tool", 10, 5],
    ["/steps/2/tool", 10, 5],
    ["/steps/99", 2, 1],
  ])("%j is found in YAML at line %i, column %i", (pointer, line, column) => {
    expect(locateInYaml(YAML)(pointer)).toEqual({ line, column });
  });

  const JSON_TEXT = Buffer.from(
    '\n{"größe": 1, "steps": [\n  {"id": "a",\n   "tool": "x__y"},\n  {"a/b": {"c~d": [true]}}]}\n',
  );
  it.each([
    ["", 2, 1],
    ["/größe", 2, 11],
    ["/steps", 2, 23],
    ["/steps/0", 3, 3],
    ["/steps/0/tool", 4, 12],
    ["/steps/1/a~1b/c~0d/0", 5, 20],
    ["/steps/1/a~1b/c~0d/7", 5, 19],
    ["/steps/0/id/x", 3, 10],
  ])("%j is found in JSON at line %i, column %i", (pointer, line, column) => {
    expect(locateInJson(JSON_TEXT)(pointer)).toEqual({ line, column });
  });

  it("is found in megabytes, again and again, in no time", () => {
    const steps = Array.from({ length: 20_000 }, (_, n) => ({
      id: `s${n}`,
      tool: "x".repeat(100),
    }));
    const locate = locateInJson(Buffer.from(JSON.stringify({ steps }, null, 1)));
    const places = steps.slice(0, 200).map((_, n) => locate(`/steps/${n}/tool`).line);
    expect(places.slice(0, 3)).toEqual([5, 9, 13]);
  });
});
