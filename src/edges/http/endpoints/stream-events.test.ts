import { describe, expect, it } from "vitest";
import { eventSchema } from "../../../contract/index.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { readEvents, type SseEvent } from "../../../../test/support/sse.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

/** Opens a stream, does something, closes the edge, and gives what was sent. */
async function follow(
  edge: TestEdge,
  request: { url?: string; headers?: Record<string, string> },
  during: () => unknown = () => undefined,
): Promise<{ events: SseEvent[]; body: string }> {
  const base = await edge.listen();
  const { url = "/v1/events", headers = {} } = request;
  const response = await fetch(`${base}${url}`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  await during();
  await edge.app.close();
  const body = await response.text();
  return { events: readEvents(body), body };
}

function publishThree({ gateway }: TestEdge): void {
  gateway.events.publish("server", "server.state", {
    server: "users",
    state: "disconnected",
    reason: "10.0.0.7 refused",
  });
  gateway.events.publish("catalog", "catalog.changed", {
    server: "users",
    added: ["users__add_user", "users__search_users"],
    changed: [],
    removed: ["users__old"],
  });
  gateway.events.publish("config", "config.reloaded", { file: "switchboard.yaml" });
}

describe("following events", () => {
  it("sends each as it happens, named by its type and numbered", async () => {
    await using edge = createTestEdge();
    const { events } = await follow(edge, {}, () => publishThree(edge));
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ["server.state", "1"],
      ["catalog.changed", "2"],
      ["config.reloaded", "3"],
    ]);
    expect(eventSchema.parse(events[0]?.data)).toEqual({
      id: 1,
      at: 1_700_000_000_000,
      topic: "server",
      type: "server.state",
      data: { server: "users", state: "disconnected", reason: "10.0.0.7 refused" },
    });
  });

  it("sends only the topics asked for", async () => {
    await using edge = createTestEdge();
    const url = "/v1/events?topics=catalog,config";
    const { events } = await follow(edge, { url }, () => publishThree(edge));
    expect(events.map(({ event }) => event)).toEqual(["catalog.changed", "config.reloaded"]);
  });

  it.each([
    ["a header", { headers: { "last-event-id": "1" } }],
    ["a parameter", { url: "/v1/events?lastEventId=1" }],
  ])("sends what was missed since the event named by %s", async (_name, request) => {
    await using edge = createTestEdge();
    publishThree(edge);
    const { events } = await follow(edge, request);
    expect(events.map(({ id }) => id)).toEqual(["2", "3"]);
  });

  it("says when events were missed for good", async () => {
    await using edge = createTestEdge();
    publishThree(edge);
    const { events } = await follow(edge, { headers: { "last-event-id": "900" } });
    expect(events[0]).toEqual({ event: "gap", data: { after: 900, next: 1 } });
    expect(events).toHaveLength(4);
  });

  it("sends nothing old to a client that is new", async () => {
    await using edge = createTestEdge();
    publishThree(edge);
    expect((await follow(edge, {})).events).toEqual([]);
  });

  it("sends heartbeats while nothing happens", async () => {
    await using edge = createTestEdge({ options: { heartbeatMs: 1_000 } });
    const { body } = await follow(edge, {}, () => edge.gateway.clock.advance(3_500));
    expect(body).toBe(": \n\n".repeat(3));
  });

  it("is refused when too many follow, and has room again when one leaves", async () => {
    await using edge = createTestEdge({ options: { maxEventStreams: 1 } });
    const base = await edge.listen();
    const leaving = new AbortController();
    const first = await fetch(`${base}/v1/events`, { signal: leaving.signal });
    const second = await fetch(`${base}/v1/events`);
    expect(second.status).toBe(429);
    expect(second.headers.get("retry-after")).toBe("5");
    await second.text();
    leaving.abort();
    await expect(first.text()).rejects.toThrow("aborted");
    const third = await waitFor(
      async () => {
        const again = await fetch(`${base}/v1/events`);
        return again.status === 200 ? again : again.text().then(() => undefined);
      },
      { what: "room for a stream" },
    );
    await edge.app.close();
    expect(await third.text()).toBe("");
  });

  it("is refused for an unknown topic", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/events?topics=weather");
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ violations: [{ path: "/topics/0" }] });
  });
});

describe("what an agent hears", () => {
  it("is about servers and tools that it may use, without reasons", async () => {
    const rules = { deny: ["users__add_*"] };
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent", rules }) });
    const { events } = await follow(edge, {}, () => publishThree(edge));
    expect(events.map(({ data }) => (data as { data: object }).data)).toEqual([
      { server: "users", state: "disconnected" },
      { server: "users", added: ["users__search_users"], changed: [], removed: [] },
    ]);
  });

  it("leaves out servers of which it may use nothing", async () => {
    const rules = { allow: ["files__*"] };
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent", rules }) });
    const { events } = await follow(edge, {}, () => publishThree(edge));
    expect(events).toEqual([]);
  });

  it("names removed tools to an agent that may use all", async () => {
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent" }) });
    const { events } = await follow(edge, { url: "/v1/events?topics=catalog" }, () =>
      publishThree(edge),
    );
    expect(events).toMatchObject([{ data: { data: { removed: ["users__old"] } } }]);
  });
});
