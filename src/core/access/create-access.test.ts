import { describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { createSeededRandom } from "../../kernel/random.ts";
import type { Tool } from "../catalog/index.ts";
import { newApiKey } from "./api-key.ts";
import { bearerToken } from "./bearer-token.ts";
import { createAccess } from "./create-access.ts";
import { ACCESS_DEFAULTS, API_KEY_DEFAULTS, type ApiKeyOptions } from "./options.ts";
import type { Principal, Role } from "./principal.ts";

const random = createSeededRandom(1);
const key = newApiKey(random);
const agent: ApiKeyOptions = { ...API_KEY_DEFAULTS, id: "agent-1", hash: key.hash };
const withKeys = (...apiKeys: ApiKeyOptions[]) => createAccess({ ...ACCESS_DEFAULTS, apiKeys });
const tool = (id: string): Tool => ({ id }) as Tool;

function errorOf(run: () => unknown): GatewayError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  return undefined;
}

const codeOf = (run: () => unknown): string => errorOf(run)?.code ?? "none";

const who = (allow: string[], deny: string[]): Principal => ({
  id: "p",
  tenant: "default",
  role: "admin",
  rules: { allow, deny },
});

describe("authentication", () => {
  it("knows the principal behind a key", () => {
    const access = withKeys({ ...agent, role: "operator", tenant: "acme", allow: ["a*"] });
    expect(access.authenticate(key.token)).toEqual({
      id: "agent-1",
      tenant: "acme",
      role: "operator",
      rules: { allow: ["a*"], deny: [] },
    });
    expect(access.authenticate(key.token)).toBe(access.authenticate(key.token));
  });

  it("takes hashes in either case", () => {
    const access = withKeys({ ...agent, hash: key.hash.toUpperCase() });
    expect(access.authenticate(key.token).id).toBe("agent-1");
  });

  it("turns unknown and missing keys away, without repeating them", () => {
    const access = withKeys(agent);
    for (const token of [undefined, "", "sb_wrong", key.hash, `${key.token}x`]) {
      expect(codeOf(() => access.authenticate(token))).toBe("unauthenticated");
    }
    expect(() => access.authenticate("sb_wrong")).not.toThrow(/sb_wrong/);
  });

  it("lets callers without a key in where the operator does, but not those with a wrong one", () => {
    const access = createAccess({ ...ACCESS_DEFAULTS, allowAnonymous: true });
    expect(access.authenticate(undefined)).toMatchObject({ id: "anonymous", role: "admin" });
    expect(codeOf(() => access.authenticate("sb_wrong"))).toBe("unauthenticated");
  });

  it("exchanges its keys while it runs, or keeps the old ones when the new are no good", () => {
    const access = withKeys(agent);
    const broken = { ...ACCESS_DEFAULTS, apiKeys: [{ ...agent, hash: "abc" }] };
    expect(codeOf(() => access.update(broken))).toBe("invalid-config");
    expect(access.authenticate(key.token).id).toBe("agent-1");
    access.update(ACCESS_DEFAULTS);
    expect(codeOf(() => access.authenticate(key.token))).toBe("unauthenticated");
  });

  it("refuses keys that cannot be told apart, all at once", () => {
    const keys = [agent, { ...agent, hash: "00" }, { ...agent, id: "anonymous" }];
    expect(errorOf(() => withKeys(...keys))?.data).toEqual({
      problems: [
        "auth.apiKeys[1].hash must be 64 hex digits, got 2 characters",
        "auth.apiKeys[1] has the same id as an earlier key",
        "auth.apiKeys[2] has the same hash as an earlier key",
        'auth.apiKeys[2].id must not be "anonymous"',
      ],
    });
  });
});

describe("tool rules", () => {
  const access = createAccess(ACCESS_DEFAULTS);

  it("allow everything when there are none", () => {
    expect(access.canUse(who([], []), tool("users__add_user"))).toBe(true);
  });

  it("allow what a glob names, deny wins, whatever the role", () => {
    const principal = who(["users__*", "files__read"], ["*delete*"]);
    expect(access.canUse(principal, tool("users__add_user"))).toBe(true);
    expect(access.canUse(principal, tool("files__read"))).toBe(true);
    expect(access.canUse(principal, tool("files__read_all"))).toBe(false);
    expect(access.canUse(principal, tool("users__delete_user"))).toBe(false);
    expect(access.canUse(principal, tool("users__delete_user"))).toBe(false);
  });
});

describe("roles", () => {
  const access = createAccess(ACCESS_DEFAULTS);
  const may = (role: Role, needed: Role): string =>
    codeOf(() =>
      access.requireRole(
        { id: "p", tenant: "default", role, rules: { allow: [], deny: [] } },
        needed,
        "add servers",
      ),
    );

  it("include the lower ones", () => {
    expect(may("admin", "agent")).toBe("none");
    expect(may("operator", "operator")).toBe("none");
    expect(may("operator", "admin")).toBe("forbidden");
    expect(may("agent", "operator")).toBe("forbidden");
  });
});

describe("API keys", () => {
  it("are made of 256 random bits, with the hash that the config wants", () => {
    expect(key.token).toMatch(/^sb_[A-Za-z0-9_-]{43}$/);
    expect(key.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(newApiKey(random).token).not.toBe(key.token);
  });

  it("are read from Authorization headers", () => {
    expect(bearerToken(`Bearer ${key.token}`)).toBe(key.token);
    expect(bearerToken("bearer  abc== ")).toBe("abc==");
    for (const header of [undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "abc"]) {
      expect(bearerToken(header)).toBeUndefined();
    }
  });
});
