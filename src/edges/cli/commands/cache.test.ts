import { describe, expect, it } from "vitest";
import {
  cacheExplanationSchema,
  cacheStatsSchema,
  cacheSuggestionsSchema,
} from "../../../contract/index.ts";
import {
  CACHE_EXPLAINED,
  CACHE_STATS,
  CACHE_SUGGESTIONS,
} from "../../../../test/support/cli-answers.ts";
import { problem, runFakeCli } from "../../../../test/support/cli-host.ts";

const EXPLAIN = "POST /v1/cache/explain";
const INVALIDATE = "POST /v1/cache/invalidate";
const explained = { [EXPLAIN]: { body: CACHE_EXPLAINED } };
const voided = { [INVALIDATE]: { body: { status: "invalidated" } } };
const forbidden = { status: 403, ...problem("forbidden", "Only an operator may do that.") };

function bodyOf(requests: readonly { readonly body?: string | Uint8Array }[]): string {
  return Buffer.from(requests[0]!.body!).toString();
}

describe("cache stats", () => {
  it("shows what the tiers did, and the tools that were asked most", async () => {
    expect(cacheStatsSchema.safeParse(CACHE_STATS).success).toBe(true);
    const daemon = { "GET /v1/cache": { body: CACHE_STATS } };
    const run = await runFakeCli(["cache", "stats"], { daemon });
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toMatch(/^L1 memory +1,200 +300 +80\.0% +250 answers, 1\.0 MB of 134 MB$/m);
    expect(run.out).toMatch(/^L2 Redis +100 +200 +33\.3% +ready, redis:\/\/127\.0\.0\.1:6379\/0$/m);
    expect(run.out).toMatch(/^users__search_users +1,300 +200 +40 +86\.7% +4 min 20 s$/m);
    expect(run.out).toContain("Saved 4 min 20 s of the servers' time; cache.mode is declared.");
  });

  it("is the daemon's answer itself with --json", async () => {
    const daemon = { "GET /v1/cache": { body: CACHE_STATS } };
    const run = await runFakeCli(["cache", "stats", "--json"], { daemon });
    expect(JSON.parse(run.out)).toEqual(CACHE_STATS);
  });

  it("needs a daemon", async () => {
    expect(await runFakeCli(["cache", "stats"])).toMatchObject({ code: 4, out: "" });
  });

  it("needs to be allowed", async () => {
    const daemon = { "GET /v1/cache": forbidden };
    const run = await runFakeCli(["cache", "stats"], { daemon });
    expect(run).toMatchObject({ code: 3, out: "" });
    expect(run.err).toContain("Only an operator may do that.");
  });
});

describe("cache explain", () => {
  it("shows the policy of a tool", async () => {
    expect(cacheExplanationSchema.safeParse(CACHE_EXPLAINED).success).toBe(true);
    const run = await runFakeCli(["cache", "explain", "users__search_users"], {
      daemon: explained,
    });
    expect(run.code).toBe(0);
    expect(bodyOf(run.requests)).toBe('{"tool":"users__search_users"}');
    expect(run.out).toMatch(/^why +The configuration of server "users" sets cache\.ttlMs/m);
    expect(run.out).toMatch(/^key +kkkk/m);
  });

  it("sends the arguments of a call byte for byte", async () => {
    const args = '{ "id": 9007199254740993 }';
    const argv = ["cache", "explain", "users__search_users", args];
    const run = await runFakeCli(argv, { daemon: explained });
    expect(bodyOf(run.requests)).toBe(`{"tool":"users__search_users","arguments":${args}}`);
    const piped = await runFakeCli([...argv.slice(0, 3), "-"], { daemon: explained, input: args });
    expect(bodyOf(piped.requests)).toBe(bodyOf(run.requests));
  });

  it("asks a gateway of this process where no daemon runs", async () => {
    const run = await runFakeCli(["cache", "explain", "users__search_users"], {
      gateway: explained,
    });
    expect(run).toMatchObject({ code: 0, open: 0 });
  });

  it("names the nearest tools where there is none of that name", async () => {
    const more = { tool: "users__serch", nearest: ["users__search_users"] };
    const answer = { status: 404, ...problem("unknown-tool", 'There is no "users__serch".', more) };
    const daemon = { [EXPLAIN]: answer };
    const run = await runFakeCli(["cache", "explain", "users__serch"], { daemon });
    expect(run.code).toBe(1);
    expect(run.err).toContain("users__search_users");
  });

  it.each([
    ["no tool", ["cache", "explain"]],
    ["arguments that are no JSON", ["cache", "explain", "t", "{"]],
    ["arguments that are no object", ["cache", "explain", "t", "[1]"]],
  ])("is refused with %s before anybody is asked", async (_name, argv) => {
    const run = await runFakeCli(argv, { daemon: explained });
    expect(run).toMatchObject({ code: 2, out: "", requests: [] });
  });
});

describe("cache suggest", () => {
  it("names the tools, the evidence and what to write", async () => {
    expect(cacheSuggestionsSchema.safeParse(CACHE_SUGGESTIONS).success).toBe(true);
    const daemon = { "GET /v1/cache/suggestions": { body: CACHE_SUGGESTIONS } };
    const run = await runFakeCli(["cache", "suggest"], { daemon });
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^users__search_users +40 +40 +2\.0 s +1 min 0 s +12\.0 s$/m);
    expect(run.out).toContain("cache: { tools: { search_users: { ttlMs: 60000 } } }");
    const json = await runFakeCli(["cache", "suggest", "--json"], { daemon });
    expect(JSON.parse(json.out)).toEqual(CACHE_SUGGESTIONS);
  });
});

describe("cache invalidate", () => {
  it.each([
    [["--server", "users"], { server: "users" }],
    [["--tool", "users__a"], { tool: "users__a" }],
    [["--tag", "crm"], { tag: "crm" }],
    [["--server", "users", "--key", "k"], { server: "users", key: "k" }],
  ])("sends what is named: %j", async (options, body) => {
    const run = await runFakeCli(["cache", "invalidate", ...options], { daemon: voided });
    expect(run.code).toBe(0);
    expect(JSON.parse(bodyOf(run.requests))).toEqual(body);
    const named = Object.entries(body).map(([kind, name]) => `${kind} ${name}`);
    expect(run.out).toBe(`Cached answers are void: ${named.join(", ")}.\n`);
  });

  it("tells what is not known, and calls only the rest void", async () => {
    const notes = [{ member: "tag", message: 'No rule has the tag "peeple".' }];
    const daemon = { [INVALIDATE]: { body: { status: "invalidated", notes } } };
    const argv = ["cache", "invalidate", "--tag", "peeple"];
    const alone = await runFakeCli(argv, { daemon });
    expect(alone).toMatchObject({ code: 0, out: 'No rule has the tag "peeple".\n' });
    const beside = await runFakeCli([...argv, "--server", "users"], { daemon });
    expect(beside.out).toBe(
      'Cached answers are void: server users.\nNo rule has the tag "peeple".\n',
    );
  });

  it("fails for a server that there is not, and names the nearest", async () => {
    const more = { server: "user", nearest: ["users"] };
    const answer = { status: 404, ...problem("unknown-server", 'There is no "user".', more) };
    const run = await runFakeCli(["cache", "invalidate", "--server", "user"], {
      daemon: { [INVALIDATE]: answer },
    });
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.err).toContain("Did you mean users?");
  });

  it("tells the daemon's answer with --json", async () => {
    const argv = ["cache", "invalidate", "--tag", "crm", "--json"];
    const run = await runFakeCli(argv, { daemon: voided });
    expect(JSON.parse(run.out)).toEqual({ status: "invalidated" });
  });

  it("wants something named", async () => {
    const run = await runFakeCli(["cache", "invalidate"], { daemon: voided });
    expect(run).toMatchObject({ code: 2, out: "", requests: [] });
    expect(run.err).toContain("Give --server, --tool, --tag or --key.");
  });

  it("needs to be allowed, and a daemon", async () => {
    const argv = ["cache", "invalidate", "--tag", "crm"];
    const daemon = { [INVALIDATE]: forbidden };
    expect(await runFakeCli(argv, { daemon })).toMatchObject({ code: 3, out: "" });
    expect(await runFakeCli(argv)).toMatchObject({ code: 4, out: "" });
  });
});
