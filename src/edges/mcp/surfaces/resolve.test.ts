import { describe, expect, it } from "vitest";
import { createFakeGateway } from "../../../../test/support/fake-gateway.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createSurfaceResolver } from "./resolve.ts";

const agent = {
  ...principal("agent"),
  role: "agent" as const,
  rules: { allow: ["users__*"], deny: [] },
};

function setUp() {
  const gateway = createFakeGateway();
  return createSurfaceResolver(gateway, { listPageSize: 10 });
}

function serversNamed(resolve: ReturnType<typeof setUp>, who: typeof agent): string[] {
  const { tools } = resolve("", who)!.listTools(who, undefined);
  const { description } = JSON.parse(Buffer.from(tools[0]!).toString()) as { description: string };
  return [...description.matchAll(/^- (\S+)$/gm)].map(([, id]) => id!);
}

describe("surfaces", () => {
  it("are found by path, and nothing else is", () => {
    const resolve = setUp();
    const admin = principal("admin");
    expect(["", "all", "servers/users"].map((path) => resolve(path, admin)?.name)).toEqual([
      "discovery",
      "all",
      "servers/users",
    ]);
    expect(["servers/nobody", "servers/", "nonsense"].map((path) => resolve(path, admin))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("do not betray servers whose tools the caller may not use", () => {
    const resolve = setUp();
    expect(resolve("servers/files", agent)).toBeUndefined();
    expect(resolve("servers/users", agent)?.name).toBe("servers/users");
    expect(serversNamed(resolve, agent)).toEqual(["users"]);
    const open = { ...agent, rules: { allow: [], deny: [] } };
    expect(serversNamed(resolve, open).toSorted()).toEqual(["files", "users"]);
  });
});
