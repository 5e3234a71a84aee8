import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScope } from "../../src/kernel/scope.ts";
import { testKey } from "../support/api-keys.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { restClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";

const ROOM = 20;
const friend = testKey("friend", { tenant: "acme" });
const flooder = testKey("flooder", { tenant: "globex" });
const operator = testKey("operator", { role: "operator" });

const scope = createScope();
let daemon: Daemon;

beforeAll(async () => {
  const { url } = scope.use(await startModernHttpServer());
  daemon = scope.use(
    await startDaemon({
      config: {
        auth: { apiKeys: [friend, flooder, operator].map(({ entry }) => entry) },
        cache: { maxEntries: ROOM, jitterRatio: 0, earlyRefresh: 0 },
        mcpServers: { ref: { url, cache: { ttlMs: 600_000, scope: "tenant" } } },
      },
    }),
  );
  await untilState(restClient(daemon.url, operator.token), ["ref"]);
}, 60_000);

afterAll(() => scope[Symbol.asyncDispose]());

/** Asks for so many texts; gives what caches had to do with each answer. */
async function echo(token: string, count: number): Promise<string[]> {
  const rest = restClient(daemon.url, token);
  const caches: string[] = [];
  for (let text = 0; text < count; text++) {
    const { body } = await rest.call("ref__echo", { text: `${text}` });
    caches.push(body.meta.cache);
  }
  return caches;
}

describe("a tenant that fills the cache", () => {
  it("throws out its own answers, not another tenant's", async () => {
    const few = ROOM / 4;
    await echo(friend.token, few);
    await echo(flooder.token, 10 * ROOM);
    expect(await echo(friend.token, few)).toEqual(Array.from({ length: few }, () => "l1"));
    const { body } = await restClient(daemon.url, operator.token).get("/v1/cache");
    expect(body.l1.entries).toBe(few + ROOM / 2);
  });
});
