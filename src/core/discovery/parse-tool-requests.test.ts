import { describe, expect, it } from "vitest";
import { parseToolRequests } from "./index.ts";

describe("reading <tool_assistant> blocks", () => {
  it("reads server and tool of every block, in order", () => {
    const text = `I need two things.
<tool_assistant>
server: a platform for code hosting
tool: list the open issues of a repository
</tool_assistant>
and then
<tool_assistant>
server: chat
tool: post a message
</tool_assistant>`;
    expect(parseToolRequests(text)).toEqual([
      { server: "a platform for code hosting", tool: "list the open issues of a repository" },
      { server: "chat", tool: "post a message" },
    ]);
  });

  it("takes task for tool, keys in any case, and does without a server", () => {
    const text = "<TOOL_ASSISTANT>\r\n  Task : read a file\r\n</Tool_Assistant>";
    expect(parseToolRequests(text)).toEqual([{ tool: "read a file" }]);
  });

  it("joins lines that go on", () => {
    const text =
      "<tool_assistant>\ntool: find users\n  who work at: Acme\nserver: users\n</tool_assistant>";
    expect(parseToolRequests(text)).toEqual([
      { server: "users", tool: "find users who work at: Acme" },
    ]);
  });

  it("takes a block that is not closed", () => {
    const text = "<tool_assistant>\ntool: one\n<tool_assistant>\ntool: two";
    expect(parseToolRequests(text)).toEqual([{ tool: "one" }, { tool: "two" }]);
  });

  it("leaves out blocks without a tool, and text outside of blocks", () => {
    expect(parseToolRequests("tool: x")).toEqual([]);
    expect(parseToolRequests("<tool_assistant>\nserver: x\ntool:\n</tool_assistant>")).toEqual([]);
    expect(parseToolRequests("</tool_assistant>tool: x<tool_assistant></tool_assistant>")).toEqual(
      [],
    );
  });

  it("reads many unclosed blocks in one pass", () => {
    const text = "<tool_assistant>\ntool: x\n".repeat(20_000);
    expect(parseToolRequests(text)).toHaveLength(20_000);
  });
});
