import { describe, expect, it } from "vitest";
import { editServers, type ServerEdit } from "./edit-servers.ts";

const entry = { command: "npx", args: ["-y", "pkg"], env: { KEY: "${KEY}" } };
const add = (name = "new"): ServerEdit => ({ kind: "add", name, entry });
const remove = (name: string): ServerEdit => ({ kind: "remove", name });

function edit(text: string, edits: readonly ServerEdit[], file = "switchboard.yaml"): string {
  const result = editServers(text, file, edits);
  if (result.kind === "failed") throw new Error(result.message);
  return result.text;
}

const YAML = `# My servers
gateway:   { port: 8701 }   # not the usual one

mcpServers:
    # Files of the office.
    files:
        command:  npx
        args: [ -y,   "files" ]   # as documented

    # Tickets; ask Ann for a key.
    tickets: { url: "https://tickets.example.org/mcp" }

discovery: {index: exact}
`;

describe("adding a server", () => {
  it("to YAML adds its lines and changes no other", () => {
    const text = edit(YAML, [add()]);
    const added = `    new:
        command: npx
        args:
            - -y
            - pkg
        env:
            KEY: \${KEY}
`;
    expect(text).toContain(`org/mcp" }\n${added}`);
    expect(text.replace(added, "")).toBe(YAML);
  });

  it("to JSON with comments adds its lines and changes no other", () => {
    const json = `{\n\t// servers\n\t"mcpServers": {\n\t\t"a": { "command": "x" } // first\n\t},\n\t"gateway": {},\n}\n`;
    const text = edit(json, [add()], "c.json");
    expect(text).toContain(`"x" },\n\t\t"new": {\n\t\t\t"command": "npx",`);
    expect(text).toContain("// first");
    expect(
      text.split("\n").filter((line) => json.split("\n").includes(line)).length,
    ).toBeGreaterThan(5);
  });

  it.each([
    ["", "mcpServers:\n  new:\n    command: npx\n"],
    ["# only a comment\n", "# only a comment\n\nmcpServers:\n  new:\n"],
    ["gateway:\n  port: 1", "gateway:\n  port: 1\n\nmcpServers:\n  new:\n"],
    [
      "servers:\n  a:\n    command: x",
      "servers:\n  a:\n    command: x\n  new:\n    command: npx\n",
    ],
    ["mcpServers:\n# none yet\n", "new:"],
    ["mcpServers: {}\n", "new:"],
    ["mcpServers: { a: { command: x } } # flow\n", "# flow"],
  ])("to %j", (before, wanted) => {
    expect(edit(before, [add()])).toContain(wanted);
  });

  it.each([
    ["{}"],
    [`{"mcpServers": {}}`],
    [`{\n  "gateway": {"port": 1}\n}`],
    [`{"servers": {"a": {"command": "x"}}}`],
  ])("to the JSON %s", (before) => {
    const value = JSON.parse(edit(before, [add()], "c.json")) as Record<string, unknown>;
    const block = (value["servers"] ?? value["mcpServers"]) as Record<string, unknown>;
    expect(block["new"]).toEqual(entry);
    expect(value).toMatchObject(JSON.parse(before) as object);
  });

  it("keeps the line ends of Windows", () => {
    const windows = YAML.replaceAll("\n", "\r\n");
    const text = edit(windows, [add()]);
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    expect(edit(text, [remove("new")])).toBe(windows);
  });

  it("keeps texts that look like something else texts", () => {
    const tricky = {
      command: "yes",
      args: ["1.10", "null", "a: b", "#x", "- y", " z ", "*a", "é\n"],
    };
    const text = edit(YAML, [{ kind: "add", name: "tricky", entry: tricky }]);
    expect(edit(text, [remove("tricky")])).toBe(YAML);
  });

  it("is refused where the name, or another with the same id, is taken", () => {
    const result = editServers("mcpServers:\n  My Server!: { command: x }\n", "c.yaml", [
      add("My-Server"),
    ]);
    expect(result).toEqual({
      kind: "failed",
      message: 'c.yaml has a server "My Server!" already. Remove it first, or take another name.',
    });
  });

  it("is refused in a file that cannot be read", () => {
    expect(editServers("a: [", "c.yaml", [add()])).toMatchObject({ kind: "failed" });
    expect(editServers("- a", "c.yaml", [add()])).toMatchObject({ kind: "failed" });
  });
});

describe("removing a server", () => {
  it("from YAML takes its lines and the comment above it, and no other", () => {
    expect(edit(YAML, [remove("files")])).toBe(YAML.replace(/ {4}# Files[^]*?documented\n\n/, ""));
    expect(edit(YAML, [remove("tickets")])).toBe(YAML.replace(/ {4}# Tickets.*\n.*\n/, ""));
  });

  it("undoes adding it", () => {
    expect(edit(YAML, [add(), remove("new")])).toBe(YAML);
    const json = `{\n  "mcpServers": {\n    "a": {\n      "command": "x"\n    }\n  }\n}\n`;
    expect(edit(json, [add(), remove("new")], "c.json")).toBe(json);
  });

  it("goes by id as well, in either block", () => {
    const text =
      "mcpServers:\n  a: { command: x }\nservers:\n  My Server!: { command: y }\n  b: { command: z }\n";
    expect(edit(text, [remove("My-Server")])).toBe(
      "mcpServers:\n  a: { command: x }\nservers:\n  b: { command: z }\n",
    );
  });

  it("may take the last one", () => {
    expect(edit("servers:\n  a: { command: x }\n", [remove("a")])).toBe("servers: {}\n");
    const json = edit(`{"servers": {"a": {"command": "x"}}}`, [remove("a")], "c.json");
    expect(JSON.parse(json)).toEqual({ servers: {} });
  });

  it("tells what there is when there is no such server", () => {
    expect(editServers(YAML, "c.yaml", [remove("fils")])).toEqual({
      kind: "failed",
      message: 'c.yaml has no server "fils". It has: files, tickets.',
    });
  });
});
