import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../kernel/json.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import {
  createPlanBench,
  problemsOf,
  type PlanTool,
  type PlanWorld,
} from "../../../../test/support/plans/compile-plan.ts";
import type { Compilation } from "../compiled-plan.ts";

const READ_ONLY = { annotations: { readOnlyHint: true } } as const;
const USER: JsonObject = {
  type: "object",
  properties: { id: { type: "integer" }, name: { type: "string" }, tags: { type: "array" } },
  required: ["id"],
  additionalProperties: false,
};
const TOOLS: readonly PlanTool[] = [
  {
    server: "users",
    name: "search",
    ...READ_ONLY,
    inputSchema: {
      type: "object",
      properties: {
        query: { type: "string", minLength: 2 },
        limit: { type: "integer", maximum: 50 },
        sort: { enum: ["name", "age"] },
        where: { anyOf: [{ type: "object", required: ["city"] }, { type: "string" }] },
      },
      required: ["query"],
      additionalProperties: false,
    },
    outputSchema: {
      type: "object",
      properties: {
        users: { type: "array", items: { $ref: "#/$defs/user" } },
        total: { type: "integer" },
        next: { anyOf: [{ type: "string" }, { type: "null" }] },
      },
      $defs: { user: USER },
    },
  },
  {
    server: "users",
    name: "get",
    ...READ_ONLY,
    inputSchema: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
    outputSchema: USER,
  },
  {
    server: "users",
    name: "save",
    inputSchema: { type: "object", properties: { text: { type: "string" } } },
  },
];
const bench = createPlanBench({ tools: TOOLS });
const SEARCH = { id: "found", tool: "users__search", arguments: { query: "ada" } };

/** Problems of plans whose first step is the search. */
function check(...steps: object[]): string[] {
  return problemsOf(bench.compile({ steps: [SEARCH, ...steps] }));
}
const messagesOf = ({ problems }: Compilation): string[] => problems.map(({ message }) => message);

describe("the tools of a plan", () => {
  it("must be there, and the nearest are named", () => {
    const { problems } = bench.compile({ steps: [{ id: "a", tool: "users__serch" }] });
    expect(problems).toMatchObject([
      { severity: "error", step: "a", path: "/steps/0/tool", code: "unknown-tool" },
    ]);
    expect(problems[0]?.message).toMatch(
      /^There is no tool "users__serch"\. Did you mean users__search/,
    );
  });

  it("must be open to the caller; others look as if they were not there", () => {
    const shut = createPlanBench({ tools: TOOLS, canUse: ({ id }) => id !== "users__save" });
    const messageOf = (tool: string): string | undefined =>
      shut.compile({ steps: [{ id: "a", tool }] }).problems[0]?.message;
    expect(messageOf("users__save")).toMatch(/^There is no tool "users__save"\./);
    expect(messageOf("users__sav")).toMatch(/^There is no tool "users__sav"\./);
    expect(messageOf("users__sav")).not.toContain("users__save");
    const outlineOf = (tool: string) => shut.compile({ steps: [{ id: "a", tool }] }).outline;
    expect(outlineOf("users__save")).toEqual([
      { id: "a", tool: "users__save", mayWrite: true, dependencies: [] },
    ]);
    expect(outlineOf("users__search")).toMatchObject([{ server: "users" }]);
  });

  it("are checked in what undoes a step, too", () => {
    const compensate = { tool: "users__delete", arguments: { id: "${steps.b.nope}" } };
    expect(check({ ...SEARCH, id: "b", compensate })).toEqual([
      "unknown-tool /steps/1/compensate/tool",
    ]);
    const wrong = { tool: "users__get", arguments: { id: "seven" } };
    expect(check({ ...SEARCH, id: "b", compensate: wrong })).toEqual([
      "invalid-arguments /steps/1/compensate/arguments/id",
    ]);
  });
});

describe("constant arguments", () => {
  const searching = (args: object): string[] => check({ ...SEARCH, id: "b", arguments: args });

  it("are looked at only where calls are checked; the input always is", () => {
    const unchecked = createPlanBench({ tools: TOOLS, validation: { enabled: false } });
    const plan = {
      steps: [{ ...SEARCH, arguments: { query: 7, limit: "${input.text}" } }],
      inputSchema: { type: "object", properties: { text: { type: "string" } } },
    };
    expect(problemsOf(unchecked.compile({ ...plan, input: { text: "x" } }))).toEqual([]);
    expect(problemsOf(unchecked.compile({ ...plan, input: { text: 7 } }))).toEqual([
      "invalid-input /input",
    ]);
  });

  it.each<[object, string[]]>([
    [{ query: "x${steps.found.total}" }, []],
    [{ query: "a" }, ["/query"]],
    [{}, ["/query"]],
    [{ limit: "${steps.found.total}" }, ["/query"]],
    [{ query: "ada", limt: 5, sort: "size", limit: 51 }, ["/limt", "/sort", "/limit"]],
    [{ query: "ada", sort: "${steps.found.next}" }, []],
    [{ query: "ada", where: { city: "${steps.found.next}" } }, []],
    [{ query: "ada", where: "${steps.found.users[0]}" }, []],
    [{ query: "ada", where: { town: "${steps.found.next}" } }, []],
    [{ query: "ada", where: { town: "x" } }, ["/where/city", "/where", "/where"]],
    [{ query: "ada", limit: "${steps.found.total}", extra: 1 }, ["/extra"]],
  ])("must fit what the tool takes, whatever references give: %j", (args, places) => {
    const expected = places.map((place) => `invalid-arguments /steps/1/arguments${place}`);
    expect(searching(args).toSorted()).toEqual(expected.toSorted());
  });

  it("are seen as they will be sent", () => {
    const tools = [
      { server: "s", name: "t", inputSchema: { properties: { a: { const: "${x}" } } } },
    ];
    const plan = { steps: [{ id: "a", tool: "s__t", arguments: { a: "$${x}" } }] };
    expect(problemsOf(createPlanBench({ tools }).compile(plan))).toEqual([]);
  });
});

describe("references into what a step gives", () => {
  it.each([
    ["${steps.found.users[0].id}", []],
    ["${steps.found.users[*].id | [0]}", []],
    ["${steps.found.users[0].nme}", ["unknown-path", "nme", "name"]],
    ["${steps.found.users.id}", ["unknown-path", "id"]],
    ["${steps.found[0]}", ["unknown-path"]],
    ["${steps.found.total.x}", ["unknown-path"]],
    ["${steps.found.usrs}", ["(undeclared-path", "usrs", "users"]],
    ["${steps.found.usrs || `1`}", []],
    ["${steps.found.users[0].nme || `1`}", ["(unknown-path"]],
    ["${steps.found.users[?nme == 'x'] | [0].id}", ["(unknown-path"]],
    ["${steps.found.total}", []],
    ["${steps.fond.total}", ["unknown-step", "fond", "found"]],
  ])("%s", (id, [code, ...words]) => {
    const compilation = bench.compile({
      steps: [SEARCH, { id: "b", tool: "users__get", arguments: { id } }],
    });
    const [problem = ""] = problemsOf(compilation);
    expect(problem.split(" ")[0]).toBe(code ?? "");
    for (const word of words) expect(compilation.problems[0]?.message).toContain(`"${word}"`);
  });

  it("must have a type that the tool takes", () => {
    const get = (id: string, more: object = {}): string[] =>
      check({ id: "b", tool: "users__get", arguments: { id }, ...more });
    const mismatch = ["type-mismatch /steps/1/arguments/id"];
    expect(get("${steps.found.users[0].name}")).toEqual(mismatch);
    expect(get("${steps.found.next}")).toEqual(mismatch);
    expect(get("no ${steps.found.total}")).toEqual(mismatch);
    expect(get("${item.name}", { forEach: "${steps.found.users}" })).toEqual(mismatch);
    expect(get("${item.id}", { forEach: "${steps.found.users}" })).toEqual([]);
    expect(get("${index}", { forEach: "${steps.found.users}" })).toEqual([]);
    expect(get("${item.nme}", { forEach: "${steps.found.users}" })).toEqual([
      "unknown-path /steps/1/arguments/id",
    ]);
  });

  it("see the array of a step with forEach", () => {
    const all = { id: "all", tool: "users__get", forEach: [1, 2], arguments: { id: "${item}" } };
    const get = (id: string): string[] =>
      check(all, { id: "b", tool: "users__get", arguments: { id } });
    expect(get("${steps.all[0].id}")).toEqual([]);
    expect(get("${steps.all.id}")).toEqual(["unknown-path /steps/2/arguments/id"]);
    expect(get("${steps.all[1].nme}")).toEqual(["unknown-path /steps/2/arguments/id"]);
  });

  it("know nothing of what a fallback gives", () => {
    const onError = { fallbackValue: { other: 1 } };
    const plan = { steps: [{ ...SEARCH, onError }], output: "${steps.found.other[0]}" };
    expect(problemsOf(bench.compile(plan))).toEqual([]);
  });

  it("warn of what may not be there", () => {
    const get = { id: "b", tool: "users__get", arguments: { id: "${steps.c.id}" } };
    const c = { id: "c", tool: "users__get", arguments: { id: 1 } };
    expect(check({ ...c, when: "steps.found.total" }, get)).toEqual([
      "(may-be-skipped /steps/2/arguments/id)",
    ]);
    expect(check({ ...c, onError: "continue" }, get)).toEqual([
      "(may-be-skipped /steps/2/arguments/id)",
    ]);
    expect(check({ ...SEARCH, id: "d", onError: { fallbackStep: "c" } }, c, get)).toEqual([
      "(may-be-skipped /steps/3/arguments/id)",
    ]);
    const forgiving = { ...get, arguments: { id: "${steps.c.id || `1`}" } };
    expect(check({ ...c, when: "steps.found.total" }, forgiving)).toEqual([]);
  });

  it("see item and index only inside forEach", () => {
    const get = { id: "b", tool: "users__get", arguments: { id: "${item.id}" } };
    expect(check(get)).toEqual(["item-outside-for-each /steps/1/arguments/id"]);
    expect(check({ ...get, when: "item", forEach: "${steps.found.users}" })).toEqual([
      "item-outside-for-each /steps/1/when",
    ]);
    const plan = { steps: [SEARCH], output: ["${index}", "${steps.nope}"] };
    expect(problemsOf(bench.compile(plan))).toEqual([
      "item-outside-for-each /output/0",
      "unknown-step /output/1",
    ]);
  });
});

describe("the input of a plan", () => {
  const inputSchema = {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  };
  const steps = [{ ...SEARCH, arguments: { query: "${input.city}" } }];

  it("must fit inputSchema", () => {
    expect(problemsOf(bench.compile({ steps, inputSchema, input: { city: "Rome" } }))).toEqual([]);
    expect(problemsOf(bench.compile({ steps, inputSchema, input: { city: 5 } }))).toEqual([
      "invalid-input /input",
    ]);
    const missing = bench.compile({ steps, inputSchema });
    expect(messagesOf(missing)).toEqual(["input city is required (no input is given)"]);
    const given = { input: toRawJson({ city: "Rome" }) };
    expect(problemsOf(bench.compile({ steps, inputSchema, input: { city: 5 } }, given))).toEqual(
      [],
    );
    expect(problemsOf(bench.compile({ steps }, { input: toRawJson([1]) }))).toContain(
      "invalid-input /input",
    );
  });

  it("must have what is read of it", () => {
    const town = [{ ...SEARCH, arguments: { query: "${input.town}" } }];
    expect(
      problemsOf(bench.compile({ steps: town, inputSchema, input: { city: "Rome" } })),
    ).toEqual(["unknown-path /steps/0/arguments/query"]);
    const bare = bench.compile({ steps: town, input: { city: "Rome" } });
    expect(messagesOf(bare)).toEqual(['input has no member "town": it is an object with city']);
    expect(problemsOf(bench.compile({ steps: town }))).toEqual([
      "(unknown-path /steps/0/arguments/query)",
    ]);
  });

  it("is not checked by a schema that could do harm", () => {
    const hostile = { properties: { city: { pattern: "(a+)+$" } } };
    const input = { city: `${"a".repeat(40)}b` };
    expect(problemsOf(bench.compile({ steps, inputSchema: hostile, input }))).toEqual([]);
  });
});

describe("composite tools in a plan", () => {
  const composite = (name: string): PlanTool => ({ server: "composites", name });
  const calling = (tool: string): object => ({ steps: [{ id: "x", tool }] });
  const world = (composites: Record<string, object>, more: Partial<PlanWorld> = {}): PlanWorld => ({
    tools: [...TOOLS, ...Object.keys(composites).map((id) => composite(id.split("__")[1]!))],
    composites,
    ...more,
  });

  it("are looked into", () => {
    const inner = { steps: [SEARCH], inputSchema: { type: "object", required: ["city"] } };
    const fine = createPlanBench(world({ composites__fine: inner }));
    expect(problemsOf(fine.compile(calling("composites__fine")))).toEqual([]);
    const broken = createPlanBench(world({ composites__broken: calling("users__gone") }));
    const compilation = broken.compile(calling("composites__broken"));
    expect(problemsOf(compilation)).toEqual(["composite-broken /steps/0/tool"]);
    expect(messagesOf(compilation)[0]).toMatch(
      /"composites__broken" .* There is no tool "users__gone"/,
    );
  });

  it("are refused when they would call themselves, with the chain", () => {
    const loop = {
      composites__a: calling("composites__b"),
      composites__b: calling("composites__a"),
    };
    const compilation = createPlanBench(world(loop)).compile(calling("composites__a"));
    expect(problemsOf(compilation)).toEqual(["composite-recursion /steps/0/tool"]);
    expect(messagesOf(compilation)[0]).toContain("composites__a → composites__b → composites__a");
    const trail = { tools: new Set<string>(), add: () => undefined };
    const origin = { plan: "", step: "", within: ["composites__c"], trail };
    const self = createPlanBench(world({ composites__c: calling("users__save") }));
    expect(problemsOf(self.compile(calling("composites__c"), { origin }))).toEqual([
      "composite-recursion /steps/0/tool",
    ]);
  });

  it("stand in each other only so deep", () => {
    const chain = {
      composites__a: calling("composites__b"),
      composites__b: calling("composites__c"),
      composites__c: calling("users__save"),
    };
    const at = (maxDepth: number): string[] =>
      problemsOf(
        createPlanBench(world(chain, { options: { maxDepth } })).compile(calling("composites__a")),
      );
    expect(at(3)).toEqual([]);
    expect(at(2)).toEqual(["composite-too-deep /steps/0/tool"]);
  });
});
