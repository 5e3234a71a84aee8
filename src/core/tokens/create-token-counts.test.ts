import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createSilentLogger, type LogFields } from "../../kernel/log.ts";
import { rawJson, toRawJson } from "../../kernel/raw-json.ts";
import { CATALOG_DEFAULTS, createCatalog, parseServerId, type ServerId } from "../catalog/index.ts";
import { createSilentMetrics } from "../metrics/index.ts";
import { createTokenCounts, type TokenCountsOptions, type Tokenizer } from "./index.ts";

const USERS = parseServerId("users")!;
const FILES = parseServerId("files")!;
const never = new AbortController().signal;

/** One token a character, and a memory of what it was asked. */
function createCharacterTokenizer() {
  const asked: string[][] = [];
  const tokenizer: Tokenizer & { failWith?: Error } = {
    name: "characters",
    async count(texts, { signal }) {
      signal.throwIfAborted();
      if (tokenizer.failWith) throw tokenizer.failWith;
      asked.push([...texts]);
      await Promise.resolve();
      return texts.map((text) => text.length);
    },
    async [Symbol.asyncDispose]() {
      asked.length = 0;
    },
  };
  return { tokenizer, asked };
}

function setUp(options: Partial<TokenCountsOptions> = { countInBackground: false }) {
  const warnings: LogFields[] = [];
  const log = { ...createSilentLogger(), warn: (fields: LogFields) => warnings.push(fields) };
  const clock = createFakeClock();
  const catalog = createCatalog(CATALOG_DEFAULTS, { log, metrics: createSilentMetrics() });
  const { tokenizer, asked } = createCharacterTokenizer();
  const surface = () => ["12345", "1234567890"];
  const counts = createTokenCounts(options, { catalog, tokenizer, surface, clock, log });
  const list = (server: ServerId, names: readonly string[]) => {
    catalog.setServer(server, { tags: [], allow: [], deny: [] });
    catalog.replaceTools(
      server,
      names.map((name) => toRawJson(definition(name))),
    );
  };
  return { asked, catalog, clock, counts, list, tokenizer, warnings };
}

const definition = (name: string) => ({ name, inputSchema: { type: "object" } });
const cost = (name: string): number => JSON.stringify(definition(name)).length;

describe("a token report", () => {
  it("tells what the catalogue and the surface cost, server by server", async () => {
    const { counts, list } = setUp();
    list(USERS, ["get_user", "add_user"]);
    list(FILES, ["read"]);
    expect(await counts.report(never)).toEqual({
      catalogue: cost("get_user") + cost("add_user") + cost("read"),
      surface: 15,
      servers: [
        { id: FILES, tools: 1, tokens: cost("read") },
        { id: USERS, tools: 2, tokens: cost("get_user") + cost("add_user") },
      ],
      tokenizer: "characters",
    });
  });

  it("counts definitions as compact JSON with all that their server sent", async () => {
    const { asked, catalog, counts } = setUp();
    catalog.setServer(USERS, { tags: [], allow: [], deny: [] });
    const text = '{ "name": "get",\n "inputSchema": {"type": "object"}, "vendorField": [1, 2] }';
    catalog.replaceTools(USERS, [rawJson(Buffer.from(text))]);
    await counts.report(never);
    expect(asked[0]).toEqual([
      '{"name":"get","inputSchema":{"type":"object"},"vendorField":[1,2]}',
    ]);
  });

  it("counts a definition once, however often it is asked and wherever it stands", async () => {
    const { asked, counts, list } = setUp();
    list(USERS, ["same", "other"]);
    list(FILES, ["same"]);
    await Promise.all([counts.report(never), counts.report(never)]);
    await counts.report(never);
    list(USERS, ["same", "new"]);
    await counts.report(never);
    const definitions = asked
      .filter(([first]) => first?.startsWith("{"))
      .map((each) => each.length);
    expect(definitions).toEqual([2, 1]);
  });

  it("of an empty catalogue costs nothing but the surface", async () => {
    const { counts } = setUp();
    expect(await counts.report(never)).toMatchObject({ catalogue: 0, surface: 15, servers: [] });
  });

  it("asks for large catalogues in batches", async () => {
    const { asked, counts, list } = setUp();
    list(
      USERS,
      Array.from({ length: 300 }, (_, n) => `tool_${n}`),
    );
    await counts.report(never);
    expect(asked.map((texts) => texts.length)).toEqual([128, 128, 44, 2]);
  });

  it("ends with the caller's signal or the tokenizer's failure", async () => {
    const { counts, list, tokenizer } = setUp();
    list(USERS, ["get"]);
    const aborted = AbortSignal.abort(new Error("the caller left"));
    await expect(counts.report(aborted)).rejects.toThrow("the caller left");
    tokenizer.failWith = new Error("no tokenizer");
    await expect(counts.report(never)).rejects.toThrow("no tokenizer");
  });
});

describe("counts that are kept", () => {
  it("are 0 and unknown until the first count ends, then follow the catalogue", async () => {
    const { catalog, counts, list } = setUp();
    list(USERS, ["get_user", "add_user"]);
    const { fingerprint } = catalog.tools()[0]!;
    expect(counts.catalogueTokens).toBe(0);
    expect(counts.ofFingerprint(fingerprint)).toBeUndefined();
    await counts.report(never);
    expect(counts.catalogueTokens).toBe(cost("get_user") + cost("add_user"));
    expect(counts.ofFingerprint(fingerprint)).toBe(cost("add_user"));
    list(USERS, ["get_user", "brand_new"]);
    expect(counts.catalogueTokens).toBe(cost("get_user"));
  });

  it("are bounded in number", async () => {
    const { catalog, counts, list } = setUp({ countInBackground: false, maxCounts: 2 });
    list(USERS, ["a", "b", "c"]);
    await counts.report(never);
    const known = catalog.tools().filter((tool) => counts.ofFingerprint(tool.fingerprint));
    expect(known).toHaveLength(2);
  });
});

describe("counting in the background", () => {
  it("follows changes of the catalogue after a while, many at once", async () => {
    const { asked, clock, counts, list } = setUp({ delayMs: 1_000 });
    list(USERS, ["get_user"]);
    await clock.advance(600);
    list(FILES, ["read"]);
    await clock.advance(399);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(counts.catalogueTokens).toBe(cost("get_user") + cost("read"));
    expect(clock.pending).toBe(0);
  });

  it("logs a failure and tries again at the next change", async () => {
    const { clock, counts, list, tokenizer, warnings } = setUp({ delayMs: 1_000 });
    tokenizer.failWith = new Error("no tokenizer");
    list(USERS, ["get_user"]);
    await clock.advance(1_000);
    expect(warnings).toHaveLength(1);
    delete tokenizer.failWith;
    list(USERS, ["get_user", "add_user"]);
    await clock.advance(1_000);
    expect(counts.catalogueTokens).toBe(cost("get_user") + cost("add_user"));
  });

  it("ends when it is disposed", async () => {
    const { asked, clock, counts, list } = setUp({ delayMs: 1_000 });
    list(USERS, ["get_user"]);
    counts[Symbol.dispose]();
    list(USERS, ["add_user"]);
    await clock.advance(5_000);
    expect(asked).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
