import { describe, expect, it } from "vitest";
import { toolRequestAnswerSchema } from "../../../contract/index.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";

const REQUEST = "/v1/tools/request";

describe("a model's tool requests", () => {
  it("are answered one by one, from its text", async () => {
    await using edge = createTestEdge();
    const text = `<tool_assistant>
server: a user directory
tool: finds by company
</tool_assistant> and <tool_assistant>
tool: file
</tool_assistant>`;
    const response = await edge.post(REQUEST, { text, detail: "name" });
    expect(response.statusCode).toBe(200);
    toolRequestAnswerSchema.parse(response.json());
    expect(response.json()).toEqual({
      groups: [
        {
          request: { server: "a user directory", tool: "finds by company" },
          servers: [
            { id: "files", score: 0.5 },
            { id: "users", score: 0.5 },
          ],
          tools: [expect.objectContaining({ id: "users__search_users", health: "ready" })],
        },
        {
          request: { tool: "file" },
          servers: [],
          tools: [expect.objectContaining({ id: "files__read_file" })],
        },
      ],
      tookMs: 0,
    });
  });

  it("are taken apart too, with a limit", async () => {
    await using edge = createTestEdge();
    const requests = [{ tool: "user adds" }, { server: "files", tool: "read" }];
    const response = await edge.post(REQUEST, { requests, limit: 1 });
    const { groups } = response.json<{ groups: { tools: unknown[] }[] }>();
    expect(groups.map(({ tools }) => tools.length)).toEqual([1, 1]);
    expect(edge.gateway.discovery.requests).toEqual(requests);
  });

  it.each([
    [{ text: "no block" }, "/text: holds no <tool_assistant> block with a tool: line"],
    [
      { text: "<tool_assistant>tool: x".repeat(33) },
      "/text: holds 33 <tool_assistant> blocks, more than 32",
    ],
    [{ requests: [] }, "/requests: expected array to have >=1 items, received []"],
    [{ requests: [{ server: "x" }] }, "/requests/0/tool: is required: expected string"],
    [{}, "give either text or requests, and not both"],
  ])("are refused: %j", async (body, message) => {
    await using edge = createTestEdge();
    const response = await edge.post(REQUEST, body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ detail: `The request is not valid: ${message}.` });
  });
});
