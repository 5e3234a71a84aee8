import { describe, expect, it } from "vitest";
import { compositeListSchema } from "../../../contract/index.ts";
import { SAMPLE_TOOLS } from "../../../../test/support/fake-gateway.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";

const WELCOME = { name: "welcome", description: "Welcomes a user.", plan: { steps: [] } };
const AGENT = { authorization: "Bearer a" };
const tokens = { a: principal("a", { role: "agent", rules: { deny: ["*__hidden"] } }) };
const tools = [
  ...SAMPLE_TOOLS,
  { server: "composites", name: "welcome" },
  { server: "composites", name: "hidden" },
];

describe("composites", () => {
  it("are added, replaced, listed and removed", async () => {
    await using edge = createTestEdge({ tools });
    const added = await edge.post("/v1/composites", WELCOME);
    expect(added.statusCode).toBe(201);
    expect(added.headers["location"]).toBe("/v1/tools/composites__welcome");
    expect(added.json()).toEqual({ ...WELCOME, tool: "composites__welcome", source: "overlay" });
    const replaced = await edge.post("/v1/composites", { ...WELCOME, description: "Again." });
    expect(replaced.statusCode).toBe(200);
    const { composites } = compositeListSchema.parse((await edge.get("/v1/composites")).json());
    expect(composites).toMatchObject([{ name: "welcome", description: "Again.", plan: {} }]);
    expect((await edge.send("DELETE", "/v1/composites/welcome")).statusCode).toBe(204);
    expect((await edge.send("DELETE", "/v1/composites/welcome")).json()).toMatchObject({
      status: 404,
      code: "unknown-tool",
    });
  });

  it("may have a title, and a schema of what they answer", async () => {
    await using edge = createTestEdge();
    const more = { title: "Welcome", outputSchema: { type: "object", properties: { n: {} } } };
    const added = await edge.post("/v1/composites", { ...WELCOME, ...more });
    expect(added.json()).toMatchObject({ ...WELCOME, ...more });
    expect(edge.gateway.composites.list()).toMatchObject([{ title: "Welcome" }]);
    const odd = { ...WELCOME, title: "", outputSchema: { type: "string" } };
    expect((await edge.post("/v1/composites", odd)).json()).toMatchObject({
      violations: [{ path: "/title" }, { path: "/outputSchema/type" }],
    });
  });

  it("keep their plan byte for byte", async () => {
    await using edge = createTestEdge();
    const plan = '{"steps": [],"input":{"n":9007199254740993}}';
    await edge.post("/v1/composites", `{"name":"n","description":"d","plan":${plan}}`);
    const [view] = edge.gateway.composites.list();
    expect(Buffer.from(view!.plan.bytes).toString()).toBe(plan);
  });

  it("are shown to agents that may use them, without their plans", async () => {
    await using edge = createTestEdge({ tools, tokens });
    await edge.post("/v1/composites", WELCOME);
    await edge.post("/v1/composites", { ...WELCOME, name: "hidden" });
    await edge.post("/v1/composites", { ...WELCOME, name: "broken" });
    const { name, description } = WELCOME;
    expect((await edge.get("/v1/composites", AGENT)).json()).toEqual({
      composites: [{ name, description, tool: "composites__welcome" }],
    });
    expect((await edge.get("/v1/composites")).json<{ composites: [] }>().composites).toHaveLength(
      3,
    );
  });

  it("are changed by admins only", async () => {
    await using edge = createTestEdge({ tools, tokens });
    expect((await edge.post("/v1/composites", WELCOME, AGENT)).statusCode).toBe(403);
    const url = "/v1/composites/welcome";
    const removal = await edge.app.inject({ method: "DELETE", url, headers: AGENT });
    expect(removal.json()).toMatchObject({ code: "forbidden" });
  });

  it.each([
    ["a name with a space", { ...WELCOME, name: "a b" }, "/name"],
    ["no description", { name: "a", plan: { steps: [] } }, "/description"],
    ["a plan that is a list", { ...WELCOME, plan: [] }, "/plan"],
    ["something unknown", { ...WELCOME, plans: {} }, "/plans"],
  ])("are refused with %s", async (_name, body, path) => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/composites", body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ violations: [{ path }] });
  });
});
