import { describe, expect, it } from "vitest";
import { rawJson, toRawJson } from "../kernel/raw-json.ts";
import { encodeParamHeaders, readParamHeaders } from "./param-headers.ts";
import { readDiscovery, readInitialize, readSupportedVersions } from "./server-identity.ts";
import { readToolsPage } from "./tools-page.ts";
import { withoutMembers } from "./without-members.ts";

const raw = (json: string) => rawJson(Buffer.from(json));
const schema = (properties: object) => toRawJson({ name: "t", inputSchema: { properties } });

describe("readDiscovery", () => {
  it("reads versions, identity from _meta, and whether the tool list announces changes", () => {
    const discovery = readDiscovery({
      supportedVersions: ["2026-07-28", 5],
      capabilities: { tools: { listChanged: true } },
      instructions: "Ask nicely.",
      _meta: { "io.modelcontextprotocol/serverInfo": { name: "n", version: "v", title: "T" } },
    });
    expect(discovery).toEqual({
      supportedVersions: ["2026-07-28"],
      identity: {
        name: "n",
        version: "v",
        title: "T",
        instructions: "Ask nicely.",
        toolsListChanged: true,
      },
    });
  });

  it("recognises what is no discovery", () => {
    expect(readDiscovery({})).toBeUndefined();
    expect(readDiscovery([])).toBeUndefined();
  });
});

describe("readInitialize", () => {
  it("reads the revision and bears odd members", () => {
    expect(
      readInitialize({ protocolVersion: "2025-06-18", serverInfo: 7, capabilities: [] }),
    ).toEqual({ protocolVersion: "2025-06-18", identity: { toolsListChanged: false } });
    expect(readInitialize({ serverInfo: {} })).toBeUndefined();
  });
});

describe("readSupportedVersions", () => {
  it("reads the list of a version error, or nothing", () => {
    expect(readSupportedVersions({ supported: ["a"] })).toEqual(["a"]);
    expect(readSupportedVersions(undefined)).toEqual([]);
  });
});

describe("readToolsPage", () => {
  it("keeps definitions as bytes and reads cursor and ttl", () => {
    const page = readToolsPage(
      raw('{"tools":[{"name":"a","x":9007199254740993}, 7],"nextCursor":"c","ttlMs":10}'),
    );
    expect(page.definitions.map((tool) => Buffer.from(tool.bytes).toString())).toEqual([
      '{"name":"a","x":9007199254740993}',
      "7",
    ]);
    expect(page).toMatchObject({ nextCursor: "c", ttlMs: 10 });
  });

  it("says what is missing", () => {
    expect(() => readToolsPage(raw("{}"))).toThrow('no member "tools"');
  });
});

describe("withoutMembers", () => {
  it("leaves members out and keeps the bytes of the others", () => {
    const kept = withoutMembers(Buffer.from('{"a" : 1.0, "b":2}'), (key) => key === "b");
    expect(Buffer.from(kept).toString()).toBe('{"a":1.0}');
  });
});

describe("parameter headers", () => {
  it("mirrors annotated arguments at any depth of properties", () => {
    const headers = readParamHeaders(
      schema({
        region: { type: "string", "x-mcp-header": "Region" },
        deep: { type: "object", properties: { n: { type: "integer", "x-mcp-header": "N" } } },
        flag: { type: "boolean", "x-mcp-header": "Flag" },
      }),
    );
    const args = toRawJson({ region: "Köln", deep: { n: 5 }, flag: true });
    expect(encodeParamHeaders(headers, args)).toEqual([
      "Mcp-Param-Region",
      "=?base64?S8O2bG4=?=",
      "Mcp-Param-N",
      "5",
      "Mcp-Param-Flag",
      "true",
    ]);
  });

  it("omits absent values and annotations that break the rules", () => {
    const headers = readParamHeaders(
      schema({
        a: { type: "string", "x-mcp-header": "A" },
        again: { type: "string", "x-mcp-header": "a" },
        spaced: { type: "string", "x-mcp-header": "no token" },
        float: { type: "number", "x-mcp-header": "F" },
      }),
    );
    expect(headers).toEqual([{ header: "Mcp-Param-A", path: ["a"] }]);
    expect(encodeParamHeaders(headers, toRawJson({ a: null, again: "x" }))).toEqual([]);
    expect(readParamHeaders(schema({ plain: { type: "string" } }))).toEqual([]);
  });
});
