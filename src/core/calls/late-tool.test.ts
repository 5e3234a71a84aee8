import { beforeEach, describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import { createTypedEvents, type TypedEvents } from "../../kernel/typed-events.ts";
import { principal } from "../../../test/support/fakes/principals.ts";
import { createRecordingLog } from "../../../test/support/fakes/recording-log.ts";
import { createRecordingMetrics } from "../../../test/support/fakes/recording-metrics.ts";
import { ACCESS_DEFAULTS, createAccess } from "../access/index.ts";
import { CATALOG_DEFAULTS, createCatalog, parseServerId, type Catalog } from "../catalog/index.ts";
import type { ServerStatus, UpstreamEvents } from "../upstream/index.ts";
import type { CallRequest } from "./call.ts";
import { findLateTool } from "./late-tool.ts";

const files = parseServerId("files")!;

describe("a tool that the catalogue does not hold", () => {
  let clock: FakeClock;
  let catalog: Catalog;
  let events: TypedEvents<UpstreamEvents>;
  let status: ServerStatus | undefined;

  beforeEach(() => {
    clock = createFakeClock();
    catalog = createCatalog(CATALOG_DEFAULTS, {
      log: createRecordingLog(),
      metrics: createRecordingMetrics(),
    });
    catalog.setServer(files, { tags: [], allow: [], deny: [] });
    events = createTypedEvents(() => undefined);
    status = { id: files, state: "connecting" } as ServerStatus;
  });

  const become = (changes: Partial<ServerStatus>): void => {
    status = { ...status!, ...changes };
    events.emit("state", status);
  };
  const list = (): void => void catalog.replaceTools(files, [toRawJson({ name: "read" })]);
  const find = (more: Partial<CallRequest> = {}, signal = new AbortController().signal) => {
    const request = { principal: principal("p"), tool: "files__read", arguments: toRawJson({}) };
    return findLateTool(
      { ...request, ...more },
      {
        access: createAccess(ACCESS_DEFAULTS),
        catalog,
        clock,
        upstreams: {
          status: (id) => (id === files ? status : undefined),
          on: (name, listener) => events.on(name, listener),
        },
      },
      signal,
    );
  };

  it("is waited for while its server connects for the first time", async () => {
    const found = find();
    list();
    become({ state: "ready" });
    expect(await found).toBe(catalog.tool("files__read"));
  });

  it("is not there when its server has told other tools", async () => {
    const found = find({ tool: "files__write" });
    list();
    become({ state: "ready" });
    expect(await found).toBeUndefined();
    expect(await find({ tool: "files__write" })).toBeUndefined();
  });

  it("is waited for no longer than the call may take, or 10 s", async () => {
    const [short, long] = [find({ timeoutMs: 50 }), find()];
    await clock.advance(50);
    expect(await short).toMatchObject({
      code: "server-unavailable",
      data: { server: "files", state: "connecting", reached: false },
    });
    await clock.advance(10_000);
    expect(await long).toMatchObject({ code: "server-unavailable" });
  });

  it("fails as its server does that has never told its tools", async () => {
    become({ state: "disconnected", reason: "connection refused", retryInMs: 700 });
    const agent = principal("a", { role: "agent" });
    expect(await find()).toMatchObject({
      code: "server-unavailable",
      message: "Server files is disconnected: connection refused.",
      data: { state: "disconnected", retryAfterMs: 700, reached: false },
    });
    expect(await find({ principal: agent })).toMatchObject({
      message: "Server files is disconnected.",
    });
    become({ state: "needs-auth", reason: "HTTP 401" });
    expect(await find()).toMatchObject({ code: "needs-auth", data: { server: "files" } });
  });

  it("is unknown where no server is meant, where it is hidden or its server disabled", async () => {
    const denied = principal("q", { rules: { deny: ["files__*"] } });
    expect(await find({ principal: denied })).toBeUndefined();
    for (const tool of ["other__read", "read", "__read", ""]) {
      expect(await find({ tool })).toBeUndefined();
    }
    become({ state: "disabled" });
    expect(await find()).toBeUndefined();
  });

  it("is waited for no longer than its caller waits", async () => {
    const abort = new AbortController();
    const found = find({}, abort.signal);
    abort.abort(new Error("gone"));
    await expect(found).rejects.toThrow("gone");
  });
});
