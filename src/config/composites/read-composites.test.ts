import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../../test/support/temp-dir.ts";
import { readEnvironment } from "../environment.ts";
import { loadConfig } from "../load-config.ts";
import { formatProblem } from "../problem.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

async function load(text: string) {
  await writeFile(join(dir.path, "switchboard.yaml"), text);
  return loadConfig({ cwd: dir.path, environment: readEnvironment({ HOME: "/h" }) });
}

async function problemsOf(text: string): Promise<string[]> {
  const result = await load(text);
  const lines = result.kind === "failed" ? result.problems.map(formatProblem) : [];
  return lines.map((line) => line.replace(`${dir.path}/`, ""));
}

async function compositesOf(text: string) {
  const result = await load(text);
  if (result.kind === "failed") throw new Error(JSON.stringify(result.problems));
  return result.config.composites;
}

const STEPS = [{ id: "a", tool: "x__y", arguments: { q: "${input.q}", n: 1 } }];

describe("composites of the config file", () => {
  it("are plans beside their description, whose references stay as they are", async () => {
    const composites = await compositesOf(`
composites:
  find_all:
    title: Find all
    description: Finds everything.
    outputSchema: { type: object }
    inputSchema: { type: object }
    steps:
      - id: a
        tool: x__y
        arguments: { q: "\${input.q}", n: 1 }
    output: "\${steps.a}"
`);
    expect(composites).toEqual([
      {
        name: "find_all",
        title: "Find all",
        description: "Finds everything.",
        outputSchema: { type: "object" },
        plan: { inputSchema: { type: "object" }, steps: STEPS, output: "${steps.a}" },
      },
    ]);
  });

  it("may have their plan in a member of its own", async () => {
    const composites = await compositesOf(
      `composites: { b: { description: B., plan: { steps: ${JSON.stringify(STEPS)} } } }\n`,
    );
    expect(composites).toEqual([{ name: "b", description: "B.", plan: { steps: STEPS } }]);
  });

  it("are none where the section is missing or empty", async () => {
    expect(await compositesOf("composites:\n")).toEqual([]);
    expect(await compositesOf("gateway: { port: 1 }\n")).toEqual([]);
  });

  it("tell all that is wrong with them, each with its place", async () => {
    const text = `composites:
  7up: { description: D., steps: [{ id: a }] }
  both: { description: D., steps: [{ id: a }], plan: { steps: [{ id: a }] } }
  none: { description: D. }
  empty: { description: D., plan: { output: 1 } }
  typo: { description: D., stepps: [] }
  mute: { steps: [{ id: a }] }
  odd: { description: 5, steps: {} }
  list: []
  flat: { description: D., outputSchema: { type: string }, steps: [{ id: a }] }
`;
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/^switchboard\.yaml:2:3 composites\.7up: is no name for a composite/),
      expect.stringMatching(/:3:3 composites\.both: has a plan in "plan" and .* beside it: steps/),
      expect.stringMatching(/:4:3 composites\.none: has no steps/),
      expect.stringMatching(/:5:3 composites\.empty: has no "steps" in its plan/),
      expect.stringMatching(/:6:28 composites\.typo\.stepps: unknown key\. Did you mean "steps"/),
      expect.stringMatching(/:7:3 composites\.mute\.description: is missing: a text/),
      expect.stringMatching(/:8:23 composites\.odd\.description: must be a text, but is 5/),
      expect.stringMatching(/:8:33 composites\.odd\.steps: must be a list, but is a mapping/),
      expect.stringMatching(/:9:9 composites\.list: must be a mapping/),
      expect.stringMatching(/:10:42 composites\.flat\.outputSchema: must be a JSON Schema with/),
    ]);
    expect(await problemsOf("composites: [a]\n")).toEqual([
      expect.stringMatching(/composites: must be a mapping of names to plans, but is a list/),
    ]);
  });

  it("keep their server id to themselves", async () => {
    expect(await problemsOf("mcpServers: { composites: { command: x } }\n")).toEqual([
      expect.stringMatching(
        /:1:15 mcpServers\.composites: "composites" is the id that composite tools stand under/,
      ),
    ]);
  });
});

describe("the section plans", () => {
  it("holds bounds and rules, with the defaults of the plans themselves", async () => {
    const result = await load(`plans:
  maxSteps: 5
  speculation: { enabled: true }
  rules: [{ after: ["vault__*"], forbid: ["tag:mail"], reason: Secrets stay here. }]
`);
    if (result.kind === "failed") throw new Error(JSON.stringify(result.problems));
    expect(result.config.plans).toMatchObject({
      maxSteps: 5,
      maxItems: 10_000,
      speculation: { enabled: true, maxSteps: 8 },
      rules: [{ after: ["vault__*"], forbid: ["tag:mail"], reason: "Secrets stay here." }],
    });
  });

  it("tells what is out of range, unknown or missing", async () => {
    const text = "plans: { maxDepth: 99, speed: 1, rules: [{ after: [], forbid: [a] }] }\n";
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/plans\.maxDepth: must be a whole number from 1 to 16, but is 99/),
      expect.stringMatching(/plans\.speed: unknown key/),
      expect.stringMatching(/plans\.rules\[0\]\.reason: is missing/),
      expect.stringMatching(/plans\.rules\[0\]\.after: must be a list with a length of at least 1/),
    ]);
  });
});
