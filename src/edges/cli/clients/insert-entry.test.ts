import { describe, expect, it } from "vitest";
import { blankJsonComments } from "../../../kernel/json-comments.ts";
import { createClientEntry } from "./client-entry.ts";
import { insertEntry } from "./insert-entry.ts";

const cursor = createClientEntry("cursor", { url: "http://127.0.0.1:8700/mcp" });
const vscode = createClientEntry("vscode", { command: "switchboard", args: ["stdio"] });

describe("entering the gateway in a client's config", () => {
  it("writes a new file", () => {
    const text = `{
  "mcpServers": {
    "switchboard": {
      "url": "http://127.0.0.1:8700/mcp"
    }
  }
}
`;
    expect(insertEntry(undefined, cursor)).toBe(text);
    expect(insertEntry(" \n", cursor)).toBe(text);
  });

  it("adds to the servers that are there and leaves the rest as it is", () => {
    const before = `{
    "numbers": [1.50, 9007199254740993],
    "mcpServers": {
        "files": { "command": "npx" }
    },
    "last": "é"
}`;
    expect(insertEntry(before, cursor)).toBe(`{
    "numbers": [1.50, 9007199254740993],
    "mcpServers": {
        "files": { "command": "npx" },
        "switchboard": {
            "url": "http://127.0.0.1:8700/mcp"
        }
    },
    "last": "é"
}`);
  });

  it("keeps comments and trailing commas", () => {
    const before = `{
\t// Œuvres: what follows are servers
\t"servers": {
\t\t"files": { "command": "npx" }, // the last, for now
\t},
}
`;
    expect(insertEntry(before, vscode)).toBe(`{
\t// Œuvres: what follows are servers
\t"servers": {
\t\t"files": { "command": "npx" },
\t\t"switchboard": {
\t\t\t"type": "stdio",
\t\t\t"command": "switchboard",
\t\t\t"args": [
\t\t\t\t"stdio"
\t\t\t]
\t\t}, // the last, for now
\t},
}
`);
  });

  it("makes the block where there is none", () => {
    expect(insertEntry('{\n  "theme": "dark"\n}\n', cursor)).toBe(`{
  "theme": "dark",
  "mcpServers": {
    "switchboard": {
      "url": "http://127.0.0.1:8700/mcp"
    }
  }
}
`);
  });

  it.each([
    "{}",
    "{ }\n",
    '{"mcpServers":{}}',
    '{\n  "mcpServers": {\n  }\n}',
    '{"mcpServers":{ /* none */ }}',
  ])("fills what is empty: %j", (before) => {
    const after = JSON.parse(blankJsonComments(insertEntry(before, cursor))) as object;
    expect(after).toEqual({ mcpServers: { switchboard: cursor.entry } });
  });

  it("replaces an entry of its own name", () => {
    const before = '{"mcpServers":{"switchboard":{"url":"http://old"},"files":{}}}';
    expect(JSON.parse(insertEntry(before, cursor))).toEqual({
      mcpServers: { switchboard: cursor.entry, files: {} },
    });
  });

  it("changes nothing where it says so already", () => {
    const text = '{"mcpServers": {"switchboard": {"url": "http://127.0.0.1:8700/mcp"}}}';
    expect(insertEntry(text, cursor)).toBe(text);
  });

  it.each([
    ["{", "cannot be edited"],
    ["[]", "it is not an object"],
    ['{"mcpServers":[]}', '"mcpServers" is not an object'],
  ])("refuses %j", (text, why) => {
    expect(() => insertEntry(text, cursor)).toThrow(why);
  });
});
