import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { createHttpTransport } from "../../src/app/cli/rest-transports.ts";
import { runFakeCli } from "../support/cli-host.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard, switchboardEntry } from "../support/switchboard-entry.ts";
import { makeTempDir, type TempDir } from "../support/temp-dir.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000 });

const root = resolve(import.meta.dirname, "../..");
const plans = readdirSync(join(root, "examples/plans")).toSorted();
const planFile = (name: string): string => join(root, "examples/plans", `${name}.yaml`);

type Entry = { command: string; args: string[]; cwd: string; url?: string; env?: object };

let folder: TempDir;
let daemon: Daemon;
let rest: RestClient;

beforeAll(async () => {
  folder = await makeTempDir();
  const config = await exampleServers(folder.path);
  daemon = await startDaemon({ config });
  rest = restClient(daemon.url);
  await untilState(rest, Object.keys(config.mcpServers));
}, 90_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await folder.remove();
}, 60_000);

type Example = { mcpServers: Record<string, Entry>; composites: object };

/** The example configuration as it is, but for the servers' port and data. */
async function exampleServers(data: string): Promise<Example> {
  const text = readFileSync(join(root, "examples/switchboard.yaml"), "utf8");
  const { mcpServers, composites } = parse(text) as Example;
  for (const entry of Object.values(mcpServers)) entry.cwd = root;
  const port = String(await freePort());
  const users = mcpServers["users"]!;
  users.url = `ws://127.0.0.1:${port}`;
  users.args[users.args.indexOf("--port") + 1] = port;
  users.args[users.args.indexOf("--data") + 1] = join(data, "users");
  mcpServers["memory"]!.env = { MEMORY_FILE_PATH: join(data, "memory.jsonl") };
  return { mcpServers, composites };
}

/** The command line in this process, talking to the daemon as any would. */
async function plan(...words: readonly string[]) {
  const transport = createHttpTransport(daemon.url, undefined);
  const { code, out, err } = await runFakeCli(["plan", ...words], { daemon: transport });
  return { code, stdout: out, stderr: err };
}

/** How a plan went, without the times. */
async function report(...words: readonly string[]) {
  const { code, stdout } = await plan("run", ...words, "--json");
  const { status, steps, output } = JSON.parse(stdout) as {
    status: string;
    steps: Record<string, { status: string }>;
    output: unknown;
  };
  const statuses = Object.entries(steps).map(([id, step]) => [id, step.status]);
  return { code, status, output, steps: Object.fromEntries(statuses) as Record<string, string> };
}

/** How each example is to end, and what it gives. */
const ENDS: Readonly<Record<string, { code: number; status: string; output: unknown }>> = {
  "company-dossier.yaml": {
    code: 0,
    status: "succeeded",
    output: {
      summary: expect.stringMatching(/Meridian Freight: \d+ people, among them \w+, /),
      reports: expect.stringContaining("2026-q3.md"),
    },
  },
  "find-contact.yaml": {
    code: 0,
    status: "partial",
    output: {
      person: expect.objectContaining({ surname: "Novak" }),
      holidays: "nothing is known about holidays",
      weather: expect.stringMatching(/./),
    },
  },
  "hire-with-rollback.yaml": { code: 1, status: "failed", output: undefined },
  "office-briefing.yaml": {
    code: 0,
    status: "succeeded",
    output: expect.stringMatching(/4 departments .*fire drill.*266,020.*Leila Quist/s),
  },
  "relocate-team.yaml": {
    code: 0,
    status: "succeeded",
    output: { staff: expect.any(Number), team: expect.any(Number), moved: expect.any(Array) },
  },
  "remember-team.yaml": {
    code: 0,
    status: "succeeded",
    output: { people: expect.any(Array), relations: 4 },
  },
};

describe("every example plan", () => {
  it("is known here", () => {
    expect(plans).toEqual(Object.keys(ENDS).toSorted());
  });

  it.each(plans)("%s passes its check, without a warning", async (name) => {
    const { code, stdout, stderr } = await plan("check", join(root, "examples/plans", name));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("\n* critical path: ");
    expect(stdout).toMatch(/\n\nThe plan can run\.\n$/);
  });

  it.each(plans)("%s ends as its header says", async (name) => {
    const { steps: _, ...end } = await report(join(root, "examples/plans", name));
    expect(end).toEqual(ENDS[name]);
  });

  it.each(plans)("%s shows its timeline and prints its output alone", async (name) => {
    const { code, stdout, stderr } = await plan("run", join(root, "examples/plans", name));
    expect(code).toBe(ENDS[name]?.code);
    expect(stderr).toMatch(/^\* \w+ +[█▓░]+/m);
    expect(stderr).toMatch(/^(?:Succeeded|Partly succeeded|Failed) in .* critical path /m);
    expect(stdout === "").toBe(ENDS[name]?.output === undefined);
  });
});

describe("the example that rolls back", () => {
  it("undoes what had succeeded, and leaves nothing behind", async () => {
    const { steps } = await report(planFile("hire-with-rollback"));
    expect(steps).toEqual({
      first: "compensated",
      second: "compensated",
      note: "compensated",
      third: "failed",
    });
    const found = await rest.call("users__search_users", { company: "Rollback Examples" });
    expect(found.body.structuredContent.total).toBe(0);
    const graph = await rest.call("memory__search_nodes", { query: "Rollback" });
    expect(graph.body.structuredContent.entities).toEqual([]);
  });
});

describe("the example that moves a team", () => {
  it("moves nobody the second time", async () => {
    const input = '{"company":"Meridian Freight","position":"Designer","city":"Reykjavik"}';
    const move = async () =>
      (await report(planFile("relocate-team"), "--input", input)).output as {
        team: number;
        moved: { city: string }[];
      };
    const first = await move();
    expect(first.moved).toHaveLength(first.team);
    expect(first.moved.every(({ city }) => city === "Reykjavik")).toBe(true);
    expect((await move()).moved).toEqual([]);
  });
});

describe("the example with fallbacks", () => {
  it("skips the search where the number is known", async () => {
    const { status, steps } = await report(
      planFile("find-contact"),
      "--input",
      '{"id":7,"surname":"Novak"}',
    );
    expect(status).toBe("partial");
    expect(steps).toMatchObject({ by_id: "succeeded", by_name: "skipped", holidays: "failed" });
  });

  it("refuses an input that its schema excludes, and runs nothing", async () => {
    const { code, stdout, stderr } = await plan(
      "run",
      planFile("find-contact"),
      "--input",
      '{"id":"seven"}',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^--input.*: error .*\(invalid-input\)$/m);
    expect(stderr).toContain("The plan has not run: ");
  });
});

const SLOW = `steps:
  - id: added
    tool: users__add_user
    arguments: { name: Slow, surname: Poke, email: slow@poke.example, company: Slow Pokes }
    compensate: { tool: users__delete_user, arguments: { id: "\${steps.added.user.id}" } }
  - id: long
    tool: everything__trigger-long-running-operation
    dependsOn: [added]
    arguments: { duration: 60, steps: 60 }
  - id: after
    tool: everything__echo
    arguments: { message: "\${steps.long}" }
`;

describe("a plan on its way", () => {
  let slow: string;
  beforeAll(async () => {
    slow = join(folder.path, "slow.yaml");
    await writeFile(slow, SLOW);
  });

  it("is cancelled by Ctrl-C, which tells what became of it", async () => {
    const words = ["plan", "run", slow, "--progress"];
    const entry = switchboardEntry(words, { SWITCHBOARD_URL: daemon.url });
    const child = spawn(entry.command, entry.args, { env: entry.env, timeout: 50_000 });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    const closed = once(child, "close");
    const runs = { what: "the slow step to run", timeoutMs: 20_000 };
    await waitFor(() => output.stderr.includes("long: calls "), runs);
    child.kill("SIGINT");
    expect(await closed).toEqual([130, null]);
    expect(output.stdout).toBe("");
    expect(output.stderr).toContain("Cancelling the plan.\n");
    expect(output.stderr).toMatch(/^Cancelled in /m);
    expect(output.stderr).toMatch(/^ {2}added undone by users__delete_user in /m);
    expect(output.stderr).toMatch(/^ {2}cancelled: long\n {2}not begun: after$/m);
    const found = await rest.call("users__search_users", { company: "Slow Pokes" });
    expect(found.body.structuredContent.total).toBe(0);
  });

  it("can be left to the daemon, looked at and cancelled", async () => {
    const started = await plan("run", slow, "--detach");
    expect(started.code).toBe(0);
    const id = started.stdout.trim();
    const running = await plan("get", id);
    expect(running.code).toBe(0);
    expect(running.stderr).toMatch(/^Still running after /m);
    const cancelled = await plan("cancel", id);
    expect(cancelled).toMatchObject({ code: 0, stderr: "" });
    expect(cancelled.stdout).toMatch(/^(?:Cancelled in|Still running after) /);
    const ended = await plan("get", id, "--wait");
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/^Cancelled in /m);
    const unknown = await plan("get", "no-such-plan");
    expect(unknown.code).toBe(1);
  });

  it("tells a problem with its line", async () => {
    const broken = join(folder.path, "broken.yaml");
    await writeFile(broken, SLOW.replace("everything__echo", "everything__ecko"));
    const { code, stdout } = await plan("check", broken);
    expect(code).toBe(2);
    expect(stdout).toContain("broken.yaml:11:5: error in step after (unknown-tool)");
    expect(stdout).toContain("everything__echo");
  });
});

describe("without a daemon", () => {
  it("a plan runs in the command's own process", async () => {
    const config = join(folder.path, "own.yaml");
    const { mcpServers } = await exampleServers(folder.path);
    const { everything, filesystem } = mcpServers;
    await writeFile(config, JSON.stringify({ mcpServers: { everything, filesystem } }));
    const words = ["plan", "run", planFile("office-briefing"), "--config", config];
    const env = { SWITCHBOARD_DATA_DIR: join(folder.path, "own-data") };
    const { code, stdout, stderr } = await runSwitchboard(words, env);
    expect(code).toBe(0);
    expect(stdout).toContain("Echo: 4 departments are reachable.");
    expect(stderr).toMatch(/^Succeeded in /m);
  });
});

describe("the composite of the example configuration", () => {
  it("is in order, found by what it does, and does it", async () => {
    const { body } = await rest.get("/v1/composites");
    expect(body.composites).toMatchObject([{ name: "colleagues_of", source: "file" }]);
    expect(body.composites[0].problem).toBeUndefined();
    const query = "who works at the same company as this person";
    const found = await rest.post("/v1/tools/search", { query, limit: 3 });
    const ids = found.body.tools.map(({ id }: { id: string }) => id);
    expect(ids).toContain("composites__colleagues_of");
    const { body: answer } = await rest.call("composites__colleagues_of", { id: 1 });
    const { person, company, colleagues } = answer.structuredContent;
    expect(person).toMatchObject({ id: 1, company });
    expect(colleagues).toContainEqual({
      id: 1,
      name: person.name,
      surname: person.surname,
      email: person.email,
    });
  });
});
