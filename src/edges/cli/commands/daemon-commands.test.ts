import { describe, expect, it } from "vitest";
import { statusSchema, tokenReportSchema } from "../../../contract/index.ts";
import { STATUS, TOKENS } from "../../../../test/support/cli-answers.ts";
import { problem, runFakeCli } from "../../../../test/support/cli-host.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { ServeReady } from "../host.ts";

describe("serve", () => {
  it("says where it listens and what to try, when it is ready", async () => {
    const run = await runFakeCli(["serve"]);
    expect(run.code).toBe(0);
    expect(run.out.split("\n")).toEqual([
      "Switchboard 1.2.3 listens on http://127.0.0.1:8700",
      "  MCP clients connect to http://127.0.0.1:8700/mcp",
      "  2 servers, 8 tools known so far, connecting in the background.",
      "  note: The index is exact.",
      "",
      "Try in another shell:",
      '  npx switchboard search "who works at a company"',
      `  npx switchboard call users__search_users '{"name":"Alice"}'`,
      "  npx switchboard connect claude-code",
      "",
    ]);
  });

  it("hands its options on", async () => {
    const argv = ["serve", "--config", "a.yaml", "--host", "0.0.0.0", "--port", "0", "--insecure"];
    const { served } = await runFakeCli(argv);
    expect(served).toEqual([
      { json: false, config: "a.yaml", host: "0.0.0.0", port: 0, insecure: true },
    ]);
    expect((await runFakeCli(["serve"])).served).toEqual([{ json: false, insecure: false }]);
  });

  it("tells the same as one document with --json", async () => {
    const ready = JSON.parse((await runFakeCli(["serve", "--json"])).out) as ServeReady;
    expect(ready).toMatchObject({ url: "http://127.0.0.1:8700", servers: 2, tools: 8 });
  });

  it("tells every problem of the config and ends with 2", async () => {
    const problems = ["a.yaml:3: prot is unknown; did you mean port?", "a.yaml:9: no such file"];
    const serve = () =>
      Promise.reject(new GatewayError("invalid-config", "The config is wrong.", { problems }));
    const run = await runFakeCli(["serve"], { host: { serve } });
    expect(run).toMatchObject({ code: 2, out: "" });
    expect(run.err.split("\n").slice(0, 3)).toEqual([
      "error: The config is wrong.",
      `  ${problems[0]}`,
      `  ${problems[1]}`,
    ]);
  });
});

describe("stdio", () => {
  it("leaves standard output to the protocol", async () => {
    expect(await runFakeCli(["stdio"])).toMatchObject({ code: 0, out: "", err: "" });
  });
});

describe("status", () => {
  it("shows how the daemon is doing", async () => {
    expect(statusSchema.safeParse(STATUS).success).toBe(true);
    const run = await runFakeCli(["status"], { daemon: { "GET /v1/status": { body: STATUS } } });
    expect(run.out.split("\n")).toEqual([
      "daemon           Switchboard 1.2.3 at http://127.0.0.1:8700, process 4242",
      "running for      1 h 2 min",
      "memory           98.8 MB",
      "servers          3: 2 ready, 1 disconnected",
      "tools            1,234, 3 composites among them, 1,230 searchable",
      "calls under way  2",
      "plans under way  1",
      "search           builtin-v1, 384 dimensions, exact index",
      "catalogue        56,789 tokens",
      "note             FAISS could not be loaded.",
      "",
    ]);
  });
});

describe("tokens", () => {
  it("shows what each server costs and what is saved", async () => {
    expect(tokenReportSchema.safeParse(TOKENS).success).toBe(true);
    const run = await runFakeCli(["tokens"], { gateway: { "GET /v1/tokens": { body: TOKENS } } });
    expect(run.out.split("\n")).toEqual([
      "SERVER               TOOLS  TOKENS  OF ALL",
      "users                    5   8,000   80.0%",
      "files                   12   2,000   20.0%",
      "whole catalogue         17  10,000  100.0%",
      "through Switchboard            700    7.0%",
      "",
      "Saved: 9,300 tokens in every conversation (93.0%). Counted with o200k_base.",
      "",
    ]);
  });

  it("does not boast where nothing is saved", async () => {
    const body = { ...TOKENS, catalogue: 100 };
    const run = await runFakeCli(["tokens"], { daemon: { "GET /v1/tokens": { body } } });
    expect(run.out).toContain("small enough to be given to a model whole");
  });
});

describe("doctor", () => {
  const checks = [
    { name: "config", status: "ok", detail: "switchboard.yaml" },
    { name: "index", status: "warning", detail: "exact", mend: "scripts/install-faiss" },
  ] as const;

  it("tells each finding and what to do about it", async () => {
    const run = await runFakeCli(["doctor"], { checks });
    expect(run.code).toBe(0);
    expect(run.out.split("\n")).toEqual([
      "ok       config: switchboard.yaml",
      "warning  index: exact",
      "         mend: scripts/install-faiss",
      "",
      "0 failed, 1 warning (2 checks).",
      "",
    ]);
  });

  it("ends with 1 when something failed", async () => {
    const failed = { name: "users", status: "failed", detail: "refused" } as const;
    const run = await runFakeCli(["doctor"], { checks: [...checks, failed] });
    expect(run.code).toBe(1);
    expect(run.out).toContain("FAILED   users: refused");
    const json = await runFakeCli(["doctor", "--json"], { checks: [...checks, failed] });
    expect(JSON.parse(json.out)).toEqual({ ok: false, checks: [...checks, failed] });
    expect(json.code).toBe(1);
  });
});

describe("keys new", () => {
  it("shows the key once, and what belongs into the config", async () => {
    const run = await runFakeCli(["keys", "new", "--id", "ci", "--role", "operator"]);
    expect(run.code).toBe(0);
    expect(run.out.match(/sb_secret/g)).toHaveLength(1);
    expect(run.out).toContain(
      `auth:\n  apiKeys:\n    - id: "ci"\n      role: operator\n      hash: "${"ab".repeat(32)}"\n`,
    );
  });

  it("makes an id of the hash, and an agent, where nothing else is said", async () => {
    const run = await runFakeCli(["keys", "new", "--json"]);
    expect(JSON.parse(run.out)).toEqual({
      id: "key-abababab",
      role: "agent",
      token: "sb_secret",
      hash: "ab".repeat(32),
    });
  });
});

describe("reload", () => {
  it("tells the warnings", async () => {
    const body = { status: "reloaded", warnings: ["gateway.port needs a restart."] };
    const run = await runFakeCli(["reload"], { daemon: { "POST /v1/reload": { body } } });
    expect(run.out).toBe("Reloaded.\nwarning: gateway.port needs a restart.\n");
  });

  it("tells what is wrong with the config", async () => {
    const more = { problems: ["a.yaml:3: prot is unknown"] };
    const answer = { status: 422, ...problem("invalid-config", "The config is refused.", more) };
    const run = await runFakeCli(["reload"], { daemon: { "POST /v1/reload": answer } });
    expect(run.code).toBe(2);
    expect(run.err).toContain("error: The config is refused.\n  a.yaml:3: prot is unknown\n");
  });
});
