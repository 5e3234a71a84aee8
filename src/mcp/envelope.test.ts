import { describe, expect, it } from "vitest";
import { toRawJson } from "../kernel/raw-json.ts";
import { readEnvelope } from "./envelope.ts";
import { memberOf, membersOf } from "./members-of.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const INFO = "io.modelcontextprotocol/clientInfo";
const read = (meta: unknown) => readEnvelope(toRawJson({ name: "x", _meta: meta }));

describe("the envelope of a request", () => {
  it("is read from _meta alone", () => {
    expect(
      read({
        [VERSION]: "2026-07-28",
        [CAPABILITIES]: { elicitation: {} },
        [INFO]: { name: "agent" },
      }),
    ).toEqual({
      kind: "modern",
      envelope: { clientCapabilities: { elicitation: {} }, clientName: "agent" },
    });
  });

  it.each([[undefined], [{}], [[1]], ["text"]])("is none for _meta %j", (meta) => {
    expect(read(meta)).toEqual({ kind: "none" });
    expect(readEnvelope(undefined)).toEqual({ kind: "none" });
  });

  it("is refused with the revisions that are spoken, when it names another", () => {
    expect(read({ [VERSION]: "1999-01-01" })).toMatchObject({
      kind: "invalid",
      code: -32_022,
      data: { supported: expect.arrayContaining(["2026-07-28"]), requested: "1999-01-01" },
    });
  });

  it.each([[{ [VERSION]: "2025-06-18" }], [{ [VERSION]: "2026-07-28" }], [{ [VERSION]: 7 }]])(
    "is refused when it is broken: %j",
    (meta) => {
      expect(read(meta)).toMatchObject({ kind: "invalid", message: expect.any(String) });
    },
  );
});

describe("the members of a raw object", () => {
  it("are scanned once, and parsed one by one", () => {
    const raw = toRawJson({ a: 1, b: [2] });
    expect(membersOf(raw)).toBe(membersOf(raw));
    expect([memberOf(raw, "b"), memberOf(raw, "c"), memberOf(undefined, "a")]).toEqual([
      [2],
      undefined,
      undefined,
    ]);
    expect(memberOf(toRawJson([1]), "a")).toBeUndefined();
  });
});
