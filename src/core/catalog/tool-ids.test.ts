import { createHash } from "node:crypto";
import { assert, constantFrom, property, shuffledSubarray, string, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServerId, type ServerId } from "./ids.ts";
import { plainToolId, shortenedToolIds, type ToolKey } from "./tool-ids.ts";

const key = (server: string, name: string): ToolKey => ({ server: server as ServerId, name });

function idsOf(keys: readonly ToolKey[], maxLength: number): Map<string, string> {
  const odd = keys.filter((tool) => plainToolId(tool, maxLength) === undefined);
  const shortened = shortenedToolIds(odd, maxLength);
  return new Map(
    keys.map((tool) => [
      `${tool.server}\0${tool.name}`,
      plainToolId(tool, maxLength) ?? shortened.get(tool)!,
    ]),
  );
}

describe("tool ids", () => {
  it("are server, two underscores and the tool's name", () => {
    expect(plainToolId(key("users", "search_users"), 64)).toBe("users__search_users");
    expect(plainToolId(key("git-hub", "Get-Me"), 64)).toBe("git-hub__Get-Me");
  });

  it.each([
    ["a dot", "fs", "read.file"],
    ["a letter beyond ASCII", "fs", "löschen"],
    ["a blank", "fs", "read file"],
    ["too many characters", "fs", "x".repeat(61)],
    ["a tail like that of a shortened id", "fs", "read_0123abcd"],
    ["a server that ends in an underscore", "fs_", "read"],
  ])("are shortened for %s", (_, server, name) => {
    const tool = key(server, name);
    expect(plainToolId(tool, 64)).toBeUndefined();
    const id = shortenedToolIds([tool], 64).get(tool)!;
    const digest = createHash("sha256").update(`${server}\0${name}`).digest("hex");
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(id.endsWith(`_${digest.slice(0, 8)}`)).toBe(true);
    expect(id.startsWith(`${server}__`)).toBe(true);
  });

  it("are shortened to what the operator allows", () => {
    const tool = key("filesystem", "read_multiple_files");
    expect(plainToolId(tool, 24)).toBeUndefined();
    expect(shortenedToolIds([tool], 24).get(tool)).toHaveLength(24);
  });

  it("are unique, well-formed and the same in whatever order the tools come", () => {
    const server = constantFrom("a", "a_", "ab", "a-long-server-name-of-32-letters");
    const name = string({ unit: constantFrom("a", "_", ".", "é", "_0123abcd"), minLength: 1 });
    const keys = uniqueArray(
      name.chain((text) => server.map((id) => key(id, text))),
      { selector: (tool) => `${tool.server}\0${tool.name}`, maxLength: 30 },
    );
    const shuffles = keys.chain((list) =>
      shuffledSubarray(list, { minLength: list.length }).map((shuffled) => ({ list, shuffled })),
    );
    assert(
      property(shuffles, constantFrom(16, 24, 64), ({ list, shuffled }, maxLength) => {
        const ids = idsOf(list, maxLength);
        expect(new Set(ids.values()).size).toBe(list.length);
        for (const id of ids.values()) {
          expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
          expect(id.length).toBeLessThanOrEqual(maxLength);
        }
        const again = idsOf(shuffled, maxLength);
        for (const [tool, id] of ids) expect(again.get(tool)).toBe(id);
      }),
    );
  });

  it("take the next digits of the hash where eight are not enough to tell two tools apart", () => {
    const first = key("s", "x".repeat(80));
    const same = { ...first };
    const ids = shortenedToolIds([same, first], 64);
    expect(ids.get(first)).not.toBe(ids.get(same));
  });
});

describe("server ids", () => {
  it("are 1 to 32 letters, digits, hyphens and single underscores", () => {
    expect(parseServerId("users-2_b")).toBe("users-2_b");
    for (const bad of ["", "a__b", "a b", "-a", "a.b", "x".repeat(33)]) {
      expect(parseServerId(bad)).toBeUndefined();
    }
  });
});
