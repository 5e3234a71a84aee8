import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../kernel/json.ts";
import type { ServerId } from "../catalog/index.ts";
import {
  documentText,
  parseDocumentText,
  toolDocument,
  type DescribedTool,
  type ToolDocument,
} from "./tool-document.ts";

function read(tool: Partial<DescribedTool>): ToolDocument {
  return toolDocument({
    server: "github" as ServerId,
    name: "createIssue",
    inputSchema: {},
    ...tool,
  });
}

function parameters(inputSchema: JsonObject): string[] {
  return read({ inputSchema }).parameters.map(({ name, description }) =>
    description === "" ? name : `${name}: ${description}`,
  );
}

describe("the document of a tool", () => {
  it("tells the first sentence from the rest", () => {
    const description = "Opens an issue, e.g. a bug, v1.2 or later.  Needs a token.\nReturns JSON.";
    expect(read({ description })).toMatchObject({
      lead: "Opens an issue, e.g. a bug, v1.2 or later.",
      rest: "Needs a token. Returns JSON.",
    });
    expect(read({ description: "\n Opens an issue\n\nArgs:\n  title" })).toMatchObject({
      lead: "Opens an issue",
      rest: "Args: title",
    });
    expect(read({})).toMatchObject({ lead: "", rest: "", title: "" });
  });

  it("leaves out what the tool is not for", () => {
    const description =
      "Counts words. DO NOT use this when you need to find employees; use find_people. Not meant for PDFs.";
    expect(read({ description })).toMatchObject({
      lead: "Counts words.",
      rest: "; use find_people. .",
    });
    expect(read({ description: "Tells what was not found." }).lead).toBe(
      "Tells what was not found.",
    );
  });

  it("takes the title, or else the one among the annotations", () => {
    expect(read({ title: "New issue" }).title).toBe("New issue");
    expect(read({ annotations: { title: "New\nissue" } }).title).toBe("New issue");
  });

  it("holds parameters with their descriptions and choices, nested ones too", () => {
    expect(
      parameters({
        properties: {
          title: { type: "string", description: "Shown in\nlists" },
          state: { enum: ["open", "closed", 3] },
          labels: { type: "array", items: { properties: { colour: {} } } },
          author: { anyOf: [{ properties: { login: { description: "Handle" } } }, {}] },
          flag: true,
        },
      }),
    ).toEqual([
      "title: Shown in lists",
      "state: open, closed",
      "labels",
      "colour",
      "author",
      "login: Handle",
      "flag",
    ]);
  });

  it("is bounded, however long, wide or deep the tool is", () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`p${at}`, {}]));
    expect(parameters({ properties: wide })).toHaveLength(64);
    let deep: JsonObject = {};
    for (let depth = 0; depth < 50; depth++) deep = { properties: { [`d${depth}`]: deep } };
    expect(parameters(deep)).toHaveLength(3);
    const long = documentText(
      read({
        description: "word ".repeat(100_000),
        inputSchema: { properties: { x: { description: "y".repeat(100_000) } } },
      }),
    );
    expect(long.length).toBeLessThan(3_000);
  });

  it("is read over what is no schema at all", () => {
    for (const odd of [[], null, "object", 7]) {
      expect(parameters({ properties: odd, items: odd, anyOf: odd })).toEqual([]);
    }
  });
});

describe("the text that is embedded", () => {
  const document = read({
    title: "New issue",
    description: "Opens an issue. Needs a token.",
    inputSchema: { properties: { issueTitle: { description: "Shown: in lists" }, body: {} } },
  });

  it("has a field on each line, identifiers as words", () => {
    expect(documentText(document).split("\n")).toEqual([
      "github: create Issue",
      "New issue",
      "Opens an issue.",
      "Needs a token.",
      "issue Title: Shown: in lists",
      "body:",
    ]);
  });

  it("can be taken apart again, field by field", () => {
    expect(parseDocumentText(documentText(document))).toEqual({
      ...document,
      name: "create Issue",
      parameters: [
        { name: "issue Title", description: "Shown: in lists" },
        { name: "body", description: "" },
      ],
    });
  });

  it("is read as far as it fits when it is other text", () => {
    expect(parseDocumentText("just words")).toMatchObject({ server: "just words", name: "" });
    expect(parseDocumentText("")).toMatchObject({ server: "", parameters: [] });
  });
});
