import { describe, expect, it } from "vitest";
import {
  composite,
  createCompositeRig,
  type CompositeRigSetup,
} from "../../../../test/support/plans/composite-rig.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";

const READ = { id: "a", tool: "users__read", arguments: { id: "${input.id}" } };
const json = (text: string) => rawJson(Buffer.from(text));

async function rigWith(setup: CompositeRigSetup = {}) {
  const rig = await createCompositeRig(setup);
  rig.setTools("users", ["read", "readAll", "write"]);
  await rig.clock.advance(100);
  return rig;
}

const toolOf = async (setup: CompositeRigSetup, name = "find") =>
  (await rigWith(setup)).catalog.tool(`composites__${name}`);

describe("a composite in the catalogue", () => {
  it("is a tool with the plan's schema, byte for byte, and what follows from its steps", async () => {
    const plan = json(
      '{"inputSchema": {"properties": {"id": {"maximum": 1e2}}}, "steps": [{"id": "a", "tool": "users__read", "arguments": {}}], "output": {"user": "${steps.a}"}}',
    );
    const find = { name: "find", title: "Find", description: "Finds.", plan };
    const tool = await toolOf({ file: [find] });
    expect(tool).toMatchObject({
      server: "composites",
      name: "find",
      title: "Find",
      description: "Finds.",
      readOnly: true,
      inputSchema: { type: "object", properties: { id: { maximum: 100 } } },
      outputSchema: { type: "object", properties: { user: {} }, required: ["user"] },
      annotations: { readOnlyHint: true, openWorldHint: false },
      flags: [],
    });
    expect(Buffer.from(tool!.definition.bytes).toString()).toContain('"maximum": 1e2');
  });

  it("takes any arguments where the plan says nothing of them, or something that is no object", async () => {
    for (const inputSchema of [undefined, { type: "string" }, 5]) {
      const plan = { steps: [READ], ...(inputSchema === undefined ? {} : { inputSchema }) };
      const tool = await toolOf({ file: [composite("find", plan)] });
      expect(tool?.inputSchema).toEqual({ type: "object" });
    }
  });

  it("tells the output schema that was given", async () => {
    const outputSchema = toRawJson({ type: "object", properties: { n: { type: "number" } } });
    const find = composite("find", { steps: [READ], output: { n: 1 } }, { outputSchema });
    expect((await toolOf({ file: [find] }))?.outputSchema).toEqual(outputSchema.value());
  });

  it("may have an id that had to be shortened, and is known by it everywhere", async () => {
    const long = composite("find_all_of_them_at_once", { steps: [READ] });
    const outer = composite("outer", {
      steps: [{ id: "s", tool: "composites__find_all_of_them_at_once", arguments: { id: 1 } }],
    });
    const rig = await rigWith({ file: [long, outer], catalog: { maxToolNameLength: 24 } });
    const [shortened] = rig.composites.list();
    expect(shortened?.tool).toMatch(/^composites__.*_[0-9a-f]{8}$/);
    expect(shortened?.tool.length).toBeLessThanOrEqual(24);
    expect(rig.composites.list().map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(rig.composites.planOf(shortened!.tool)).toBe(long.plan);
    expect(rig.catalog.tool("composites__outer")?.readOnly).toBe(true);
    expect((await rig.call("composites__outer", { id: 1 })).kind).toBe("result");
    expect(rig.asked[0]?.origin?.within).toEqual(["composites__outer", shortened?.tool]);
  });

  it("follows the tools that it uses, also through other composites", async () => {
    const file = [
      composite("inner", { steps: [READ] }),
      composite("outer", { steps: [{ id: "a", tool: "composites__inner" }] }),
    ];
    const rig = await createCompositeRig({ file });
    const isReadOnly = () => rig.catalog.tool("composites__outer")?.readOnly;
    expect(isReadOnly()).toBe(false);
    rig.setTools("users", ["read"]);
    await rig.clock.advance(100);
    expect(isReadOnly()).toBe(true);
    rig.setTools("users", []);
    await rig.clock.advance(100);
    expect(isReadOnly()).toBe(false);
  });

  it("leaves no server behind when the last composite goes", async () => {
    const rig = await rigWith({ file: [composite("find", { steps: [READ] })] });
    const servers = () => rig.catalog.servers().map(({ id }) => id);
    const id = rig.catalog.tool("composites__find")!.server;
    expect(servers()).toEqual(["composites", "users"]);
    expect(rig.upstreams.status(id)).toMatchObject({ state: "ready", tools: 1 });
    expect(rig.upstreams.statuses()).toEqual([]);
    rig.composites.setFile([]);
    expect(servers()).toEqual(["users"]);
    expect(rig.upstreams.status(id)).toBeUndefined();
    expect(rig.upstreams.spec(id)).toBeUndefined();
  });
});

describe("what is wrong with a composite", () => {
  it("is told in one line, and mended by itself", async () => {
    const plan = { steps: [READ, { id: "b", tool: "gone__tool" }] };
    const rig = await createCompositeRig({ file: [composite("find", plan)] });
    expect(rig.composites.list()).toMatchObject([
      { name: "find", tool: "composites__find", source: "file" },
    ]);
    expect(rig.composites.list()[0]?.problem).toMatch(
      /^step a \/steps\/0\/tool: .*\(and 1 more\)$/,
    );
    rig.setTools("users", ["read"]);
    rig.setTools("gone", ["tool"]);
    expect(rig.composites.list()[0]?.problem).toBeUndefined();
  });

  it("does not count arguments that only a call brings", async () => {
    const inputSchema = { type: "object", required: ["id"], properties: { id: {} } };
    const rig = await rigWith({ file: [composite("find", { inputSchema, steps: [READ] })] });
    expect(rig.composites.list()[0]?.problem).toBeUndefined();
  });

  it("is written to the log once, when servers had time to come, and when it is gone", async () => {
    const rig = await createCompositeRig({ file: [composite("find", { steps: [READ] })] });
    const told = () => rig.log.lines.filter(({ message }) => /composite tool can/.test(message));
    await rig.clock.advance(4_000);
    expect(told()).toEqual([]);
    await rig.clock.advance(2_000);
    expect(told()).toMatchObject([{ level: "warn", fields: { composite: "find" } }]);
    rig.setTools("other", ["tool"]);
    await rig.clock.advance(6_000);
    expect(told()).toHaveLength(1);
    rig.setTools("users", ["read"]);
    await rig.clock.advance(6_000);
    expect(told().map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  it("is not said to be gone when the composite itself is", async () => {
    const rig = await createCompositeRig({ file: [composite("find", { steps: [READ] })] });
    await rig.clock.advance(6_000);
    rig.composites.setFile([]);
    await rig.clock.advance(6_000);
    expect(rig.log.lines.filter(({ message }) => /can run again/.test(message))).toEqual([]);
  });

  it("can be that it leads back to itself, which does no harm", async () => {
    const file = [
      composite("a", { steps: [{ id: "s", tool: "composites__b" }] }),
      composite("b", { steps: [{ id: "s", tool: "composites__a" }] }),
      composite("self", { steps: [{ id: "s", tool: "composites__self" }] }),
    ];
    const rig = await rigWith({ file });
    for (const { problem } of rig.composites.list())
      expect(problem).toContain("composite-recursion");
    const outcome = await rig.call("composites__a");
    expect(JSON.stringify(outcome.kind === "result" && outcome.body.value())).toContain(
      "composites__a → composites__b → composites__a",
    );
  });
});

describe("composites over the API", () => {
  it("are kept with their bytes, and are there again after a restart", async () => {
    const rig = await rigWith();
    const plan = json('{"steps": [{"id": "a", "tool": "users__read", "arguments": {"n": 1.10}}]}');
    const view = await rig.composites.add(
      { name: "find", title: "Find", description: "Finds.", plan },
      principal("p"),
    );
    expect(view).toMatchObject({ source: "overlay", tool: "composites__find" });
    expect(rig.catalog.tool("composites__find")?.title).toBe("Find");
    const stored = Buffer.from(rig.stored()!.bytes).toString();
    expect(stored).toContain('{"n": 1.10}');
    const again = await rigWith({ stored });
    expect(again.composites.list()).toMatchObject([{ name: "find", title: "Find" }]);
    expect(again.catalog.tool("composites__find")?.description).toBe("Finds.");
  });

  it("give way to those of the config file, and come back with their going", async () => {
    const rig = await rigWith();
    await rig.composites.add(composite("find", { steps: [READ] }), principal("p"));
    rig.composites.setFile([composite("find", { steps: [READ] }, { title: "From the file" })]);
    expect(rig.composites.list()).toMatchObject([{ source: "file", title: "From the file" }]);
    rig.composites.setFile([]);
    expect(rig.composites.list()).toMatchObject([{ source: "overlay" }]);
  });

  it("are refused under a name of the config file, and cannot take one from it", async () => {
    const find = composite("find", { steps: [READ] });
    const { composites } = await rigWith({ file: [find] });
    await expect(composites.add(find, principal("p"))).rejects.toMatchObject({
      code: "composite-exists",
    });
    await expect(composites.remove("find")).rejects.toMatchObject({
      code: "forbidden",
      data: { reason: "config-file" },
    });
  });

  it("are refused with all problems when the plan fails its check as who adds it", async () => {
    const { composites } = await rigWith();
    const steps = [
      { id: "a", tool: "users__raed" },
      { id: "b", tool: "users__write" },
    ];
    const who = principal("p", { role: "agent", rules: { deny: ["users__write"] } });
    await expect(composites.add(composite("find", { steps }), who)).rejects.toMatchObject({
      code: "invalid-plan",
      data: { problems: [{ step: "a", code: "unknown-tool" }, { step: "b" }] },
    });
    expect(composites.list()).toEqual([]);
  });

  it("are refused when they would lead back to themselves", async () => {
    const { composites } = await rigWith();
    await composites.add(composite("a", { steps: [READ] }), principal("p"));
    const calls = (name: string) => ({ steps: [{ id: "s", tool: `composites__${name}` }] });
    await composites.add(composite("b", calls("a")), principal("p"));
    await expect(composites.add(composite("a", calls("b")), principal("p"))).rejects.toMatchObject({
      data: { problems: [{ code: "composite-recursion" }] },
    });
    await expect(
      composites.add(composite("new", calls("new")), principal("p")),
    ).rejects.toMatchObject({ code: "invalid-plan" });
  });

  it("are refused for what surrounds the plan", async () => {
    const { composites } = await rigWith();
    const odd = {
      name: "1st",
      title: "",
      description: "x".repeat(2_001),
      plan: json("[]"),
      outputSchema: json('{"type":"string"}'),
    };
    await expect(composites.add(odd, principal("p"))).rejects.toMatchObject({
      code: "invalid-request",
      data: {
        violations: [
          { path: "/name" },
          { path: "/description" },
          { path: "/title" },
          { path: "/plan" },
          { path: "/outputSchema" },
        ],
      },
    });
  });

  it("can be taken away again, one change after another", async () => {
    const rig = await rigWith();
    const add = (name: string) =>
      rig.composites.add(composite(name, { steps: [READ] }), principal("p"));
    await Promise.all([add("a"), add("b"), add("c"), rig.composites.remove("b")]);
    expect(Object.keys(rig.stored()!.value() as object)).toEqual(["a", "c"]);
    await expect(rig.composites.remove("d")).rejects.toMatchObject({
      code: "unknown-tool",
      data: { tool: "composites__d" },
    });
  });

  it("leave out of what was kept whatever is broken, and say so", async () => {
    const stored = JSON.stringify({
      good: { description: "G.", plan: { steps: [READ] } },
      bad: { plan: {} },
      worse: 5,
      "0dd": { description: "O.", plan: {} },
    });
    const rig = await rigWith({ stored });
    expect(rig.composites.list().map(({ name }) => name)).toEqual(["good"]);
    expect(rig.log.lines).toContainEqual(
      expect.objectContaining({
        level: "error",
        fields: { composites: ["bad", "worse", "0dd"] },
      }),
    );
  });
});
