import type { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { usersEntry } from "../support/real-servers.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { waitFor } from "../support/wait-for.ts";

type AnyClient = ClientV1 | ClientV2;
type Result = {
  content: { text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, { handle: string }>;
};
type Following = { signal?: AbortSignal; onprogress?: (step: { progress: number }) => void };

let daemon: Daemon;
let ref: ReferenceServer;
const clients: AnyClient[] = [];

beforeAll(async () => {
  ref = await startModernHttpServer();
  daemon = await startDaemon({
    config: { mcpServers: { users: usersEntry(), ref: { url: ref.url } } },
  });
  await untilState(restClient(daemon.url), ["users", "ref"]);
}, 60_000);

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await ref.close();
}, 30_000);

const openers = {
  "SDK v1 over HTTP": () => connectV1({ url: daemon.mcpUrl }),
  "SDK v1 over WebSocket": () => connectV1({ url: daemon.wsUrl }),
  "SDK v2, modern, over HTTP": () => connectV2({ url: daemon.mcpUrl }),
  "SDK v2, modern, over WebSocket": () => connectV2({ url: daemon.wsUrl }),
} satisfies Record<string, () => Promise<AnyClient>>;

/** SDK v1 takes the options after a result schema, for which it has a default. */
async function execute(
  client: AnyClient,
  args: Record<string, unknown>,
  options: Following = {},
): Promise<Result> {
  const params = { name: "execute_plan", arguments: args };
  const answer: unknown =
    client instanceof ClientV1
      ? await client.callTool(params, undefined, options)
      : await client.callTool(params, options);
  return answer as Result;
}

const FIND_AND_GET = {
  steps: [
    { id: "found", tool: "users__search_users", arguments: { limit: "${input.limit}" } },
    {
      id: "each",
      tool: "users__get_user_by_id",
      forEach: "${steps.found.users}",
      arguments: { id: "${item.id}" },
    },
  ],
  output: { emails: "${steps.each[].user.email}" },
};

describe.each(Object.entries(openers))("execute_plan for %s", (_name, open) => {
  async function opened(): Promise<AnyClient> {
    const client = await open();
    clients.push(client);
    return client;
  }

  it("runs a plan to its end and tells its progress", async () => {
    const heard: { progress: number; total?: number; message?: string }[] = [];
    const result = await execute(
      await opened(),
      { ...FIND_AND_GET, input: { limit: 3 } },
      { onprogress: (step) => heard.push(step) },
    );
    expect(result.isError).not.toBe(true);
    const { output, ...facts } = result.structuredContent!;
    const { emails } = output as { emails: string[] };
    expect(emails).toHaveLength(3);
    expect(JSON.parse(result.content[0]!.text)).toEqual({ emails });
    expect(facts).toMatchObject({ status: "succeeded", steps: { total: 2, succeeded: 2 } });
    expect(heard[0]).toMatchObject({ progress: 0, total: 2 });
    expect(heard.at(-1)).toMatchObject({
      progress: 2,
      total: 2,
      message: "each succeeded (2 of 2)",
    });
  });

  it("only checks on a dry run", async () => {
    const args = { plan: FIND_AND_GET, input: { limit: 3 }, dryRun: true };
    const { structuredContent, content } = await execute(await opened(), args);
    expect(content[0]?.text).toMatch(/^The plan can run: 2 steps, .* found → each\./);
    expect(structuredContent).toMatchObject({
      ok: true,
      steps: [
        { id: "found", stage: 0 },
        { id: "each", stage: 1, dependsOn: ["found"] },
      ],
    });
  });

  it("refuses a plan with all that is wrong with it, and mends nothing by itself", async () => {
    const steps = [
      { id: "a", tool: "users__serach_users", arguments: { limit: "${steps.b.limit}" } },
      { id: "c", tool: "users__get_user_by_id", arguments: { id: "many" } },
    ];
    const { isError, content, structuredContent } = await execute(await opened(), { steps });
    expect(isError).toBe(true);
    const { text } = content[0]!;
    expect(text).toMatch(/- step a \/steps\/0\/tool: unknown-tool: .*users__search_users/);
    expect(text).toMatch(/- step a \S+: unknown-step: /);
    expect(text).toMatch(/- step c \S+: invalid-arguments: /);
    expect(structuredContent).toMatchObject({ error: { code: "invalid-plan" } });
  });

  it("gives what there is when a step fails", async () => {
    const steps = [
      { id: "sum", tool: "ref__add", arguments: { a: 1, b: 2 } },
      { id: "bad", tool: "ref__fail", arguments: { message: "no luck" } },
      { id: "after", tool: "ref__echo", dependsOn: ["bad"] },
    ];
    const { isError, content, structuredContent } = await execute(await opened(), { steps });
    expect(isError).toBe(true);
    expect(structuredContent).toMatchObject({
      status: "failed",
      values: { sum: { sum: 3 } },
      steps: { total: 3, succeeded: 1, failed: 1, skipped: 1 },
      remarks: [{ id: "bad", error: { code: "tool-error" } }, { id: "after" }],
    });
    expect(content[0]?.text).toContain("- bad (ref__fail) failed: tool-error: no luck");
  });

  it("keeps a large output behind a handle", async () => {
    const client = await opened();
    const steps = [{ id: "big", tool: "ref__big", arguments: { bytes: 400_000 } }];
    const { content, _meta } = await execute(client, { steps, output: { text: "${steps.big}" } });
    expect(content[0]!.text.length).toBeLessThan(20_000);
    const { handle } = _meta!["switchboard/handle"]!;
    const path = "length(structuredContent.output.text)";
    const page = await (client as ClientV2).callTool({
      name: "read_result",
      arguments: { handle, path },
    });
    expect(page.content).toMatchObject([{ text: "400000" }]);
  });

  it("is cancelled by its client, and with it the calls under way", async () => {
    const rest = restClient(daemon.url);
    const stats = async () => (await rest.call("ref__counter")).body.structuredContent;
    const before = await stats();
    const controller = new AbortController();
    const steps = [
      { id: "slow", tool: "ref__slow", arguments: { ms: 30_000 } },
      { id: "note", tool: "ref__write_note", arguments: { text: "${steps.slow.ms}" } },
    ];
    const running = execute(await opened(), { steps }, { signal: controller.signal });
    await waitFor(async () => ((await stats()).calls.slow ?? 0) > (before.calls.slow ?? 0), {
      what: "the slow call to arrive",
    });
    controller.abort();
    await expect(running).rejects.toThrow(/abort/i);
    await waitFor(
      async () => ((await stats()).cancelled.slow ?? 0) > (before.cancelled.slow ?? 0),
      { what: "the slow call to be cancelled" },
    );
    expect((await stats()).calls.write_note).toBe(before.calls.write_note);
  });
});
