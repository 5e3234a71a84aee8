import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTestEdge } from "../../../../test/support/http-edge.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { EndpointDescription } from "../endpoint.ts";
import { paramPlaces, splitParams } from "./socket-params.ts";

const LIMITS = { maxParamLength: 64 };

const CHANGE = {
  method: "POST",
  path: "/v1/things/{id}/parts/{part}",
  operationId: "changePart",
  tag: "tools",
  summary: "Change a part",
  access: "agent",
  query: z.strictObject({ limit: z.int().optional(), tags: z.array(z.string()).optional() }),
  body: z.looseObject({}),
  headers: { "Idempotency-Key": "", "Last-Event-ID": "" },
  answers: { 200: { description: "Done.", stream: "Events." } },
  failures: [],
} as const satisfies EndpointDescription;

function split(text: string, description: EndpointDescription = CHANGE) {
  const parts = splitParams(rawJson(Buffer.from(text)), paramPlaces(description), LIMITS);
  return { ...parts, body: parts.body?.toString() };
}

describe("the params of a request", () => {
  it("hold path, query, headers and body side by side", () => {
    const text =
      '{"id":"a/b","x":{"n" : 1.10},"limit":3,"part":"é","tags":["t"],"idempotencyKey":"k",' +
      '"lastEventId":"7","stream":true,"__proto__":1}';
    expect(split(text)).toEqual({
      params: { id: "a/b", part: "é" },
      query: { limit: 3, tags: ["t"] },
      headers: { "idempotency-key": "k", "last-event-id": "7" },
      body: '{"x":{"n" : 1.10},"__proto__":1}',
      wantsEvents: true,
    });
  });

  it("may be missing where nothing is needed", () => {
    const description = { ...CHANGE, path: "/v1/things" as const };
    expect(splitParams(undefined, paramPlaces(description), LIMITS)).toMatchObject({
      params: {},
      wantsEvents: false,
    });
  });

  it("are all checked at once", () => {
    const long = "x".repeat(65);
    const text = `{"id":"${long}","idempotencyKey":7,"stream":"yes"}`;
    expect(() => split(text)).toThrow(
      expect.objectContaining({
        code: "invalid-request",
        data: {
          violations: [
            { path: "/id", message: "expected 1–64 characters" },
            { path: "/idempotencyKey", message: "expected 1–64 characters" },
            { path: "/stream", message: "expected true or false" },
            { path: "/part", message: "is required" },
          ],
        },
      }),
    );
  });

  it("have no unknown members where there is no body, and no stream where there is none", () => {
    const { body: _, ...bodyless } = { ...CHANGE, answers: { 200: { description: "Done." } } };
    expect(() => split('{"id":"a","part":"b","limti":1,"stream":true}', bodyless)).toThrow(
      'unknown member "limti"; did you mean "limit"? (and 1 more)',
    );
  });
});

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { properties?: object }>> };
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
}

describe("the names of an operation's parameters", () => {
  it("mean one thing each, in every operation", async () => {
    await using edge = createTestEdge();
    const { paths, components } = (await edge.get("/openapi.json")).json<Document>();
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(30);
    const repeated = operations.flatMap(({ operationId, parameters, requestBody = {} }) => {
      const [, schema = ""] = /schemas\/(\w+)/.exec(JSON.stringify(requestBody)) ?? [];
      const members = Object.keys(components.schemas[schema]?.properties ?? {});
      const names = parameters.filter((one) => one.in !== "header").map(({ name }) => name);
      const all = [...names, ...members, "stream", "idempotencyKey", "traceparent"];
      return all.filter((name, at) => all.indexOf(name) < at).map((name) => [operationId, name]);
    });
    expect(repeated).toEqual([]);
  });
});
