import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServerId } from "../../core/catalog/ids.ts";
import { isServerId, toServerId } from "./server-id.ts";

describe("toServerId", () => {
  it.each([
    ["github", "github"],
    ["My Server!", "My-Server"],
    ["sequential thinking", "sequential-thinking"],
    ["a__b", "a_b"],
    ["_private", "private"],
    ["Büro Köln", "Buro-Koln"],
    ["io.github.user/files", "io-github-user-files"],
    ["日本", "server-cf2abf0c"],
  ])("turns %s into %s", (name, id) => {
    expect(toServerId(name)).toBe(id);
  });

  it("ends names that are too long in a hash, so that they stay apart", () => {
    const prefix = "github.com/modelcontextprotocol/servers/tree/main/src/";
    const ids = [toServerId(`${prefix}filesystem`), toServerId(`${prefix}memory`)];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^github-com-modelcontext-[0-9a-f]{8}$/);
  });

  it("gives a valid id for any name, the same each time, and leaves valid ones alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (name) => {
        const id = toServerId(name);
        expect(isServerId(id)).toBe(true);
        expect(parseServerId(id)).toBe(id);
        expect(toServerId(name)).toBe(id);
        expect(toServerId(id)).toBe(id);
      }),
    );
  });

  it("agrees with the catalogue on what an id is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "_", "-", "Z", "9", " "), maxLength: 40 }),
        (text) => {
          expect(isServerId(text)).toBe(parseServerId(text) !== undefined);
        },
      ),
    );
  });
});
