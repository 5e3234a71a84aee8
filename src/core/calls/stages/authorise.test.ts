import { describe, expect, it } from "vitest";
import { ACCESS_DEFAULTS, createAccess } from "../../access/index.ts";
import { gist, makeCall, resultOf } from "../../../../test/support/fakes/call-fixture.ts";
import { createFakeCatalog } from "../../../../test/support/fakes/fake-catalog.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import type { Call } from "../call.ts";
import { createAuthorise } from "./authorise.ts";

const access = createAccess(ACCESS_DEFAULTS);
const catalog = createFakeCatalog([
  { server: "s", name: "read" },
  { server: "s", name: "read_secret" },
]);
const stage = createAuthorise({ access, catalog });
const endOf = async (call: Call) => stage(call, () => resultOf("ok"));
const reader = principal("p", { rules: { deny: ["*secret*"] } });

describe("authorisation", () => {
  it("lets through what the principal may use", async () => {
    expect(gist(await endOf(makeCall({ request: { principal: reader } })))).toBe("result");
  });

  it("speaks of a tool that may not be seen as of one that is not there, and names visible ones", async () => {
    const call = makeCall({ tool: { name: "read_secret" }, request: { principal: reader } });
    expect(await endOf(call)).toMatchObject({
      kind: "failure",
      error: {
        code: "unknown-tool",
        message: 'There is no tool "s__read_secret". Did you mean s__read?',
        data: { tool: "s__read_secret", nearest: ["s__read"] },
      },
    });
  });

  it("keeps tools that may write from the read-only door", async () => {
    const door = { readOnlyOnly: true };
    const writes = makeCall({ tool: { annotations: {} }, request: door });
    expect(gist(await endOf(writes))).toBe("forbidden");
    expect(gist(await endOf(makeCall({ request: door })))).toBe("result");
    expect(gist(await endOf(makeCall({ tool: { annotations: {} } })))).toBe("result");
  });
});
