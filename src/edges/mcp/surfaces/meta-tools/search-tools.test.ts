import { describe, expect, it } from "vitest";
import { createFakeGateway } from "../../../../../test/support/fake-gateway.ts";
import { principal } from "../../../../../test/support/fakes/principals.ts";
import { toRawJson } from "../../../../kernel/raw-json.ts";
import type { Peer } from "../../surface.ts";
import { createSearchTools } from "./search-tools.ts";

const PEER: Peer = { principal: principal("a"), era: "modern", revision: "2026-07-28" };
const signal = new AbortController().signal;

describe("search_tools", () => {
  it("counts the tokens that it spared the model, as REST does", async () => {
    using gateway = createFakeGateway();
    const { fingerprint } = gateway.catalog.tool("users__search_users")!;
    gateway.countTokens(1_000, { [fingerprint]: 80 });
    const search = createSearchTools(gateway);
    const args = toRawJson({ query: "company" });
    await search.run({ name: "search_tools", arguments: args }, PEER, signal);
    expect(gateway.metrics.sum("discoveryTokensSaved")).toBe(920);
  });

  it("names what is wrong with its arguments, with what was received and the nearest member", async () => {
    using gateway = createFakeGateway();
    const search = createSearchTools(gateway);
    const args = toRawJson({ query: "x", limt: 3, limit: "many" });
    const run = search.run({ name: "search_tools", arguments: args }, PEER, signal);
    await expect(run).rejects.toMatchObject({
      code: "invalid-arguments",
      data: {
        violations: expect.arrayContaining([
          { path: "/limt", message: 'unknown member "limt"; did you mean "limit"?' },
          { path: "/limit", message: expect.stringContaining('received "many"') },
        ]),
      },
    });
  });
});
