import {
  createUpstreams,
  UPSTREAM_DEFAULTS,
  type ServerSpec,
  type UpstreamOptions,
  type UpstreamRequest,
  type Upstreams,
} from "../../../src/core/upstream/index.ts";
import { createFakeClock, type FakeClock } from "../../../src/kernel/fake-clock.ts";
import { createSilentLogger } from "../../../src/kernel/log.ts";
import { toRawJson } from "../../../src/kernel/raw-json.ts";
import { idOf } from "../upstream-rig.ts";
import { createFakeLinks, never, type FakeLinks } from "./fake-links.ts";
import { principal } from "./principals.ts";
import { createRecordingMetrics, type RecordingMetrics } from "./recording-metrics.ts";

/** Upstreams over fake links and a fake clock; delays are the longest that jitter allows. */
export type SupervisedLinks = {
  clock: FakeClock;
  links: FakeLinks;
  metrics: RecordingMetrics;
  /** Tool lists handed to the catalogue. */
  replaced: { server: string; count: number }[];
  make(options?: Partial<UpstreamOptions>): Upstreams;
  /** Makes upstreams with this server, and lets it connect. */
  start(spec: ServerSpec, options?: Partial<UpstreamOptions>): Promise<Upstreams>;
};

export function createSupervisedLinks(): SupervisedLinks {
  const [clock, links, metrics] = [
    createFakeClock(),
    createFakeLinks(),
    createRecordingMetrics(),
  ] as const;
  const replaced: SupervisedLinks["replaced"] = [];
  const make: SupervisedLinks["make"] = (options = {}) =>
    createUpstreams(
      { ...UPSTREAM_DEFAULTS, ...options },
      {
        links: links.factories,
        launcher: { launch: never, isListening: async () => false },
        catalog: {
          setServer: () => undefined,
          removeServer: () => undefined,
          replaceTools(server, definitions) {
            replaced.push({ server, count: definitions.length });
            return { rejected: [] };
          },
        },
        client: { name: "test", version: "0" },
        clock,
        random: { next: () => 0.999_999, hex: () => "00" },
        metrics,
        log: createSilentLogger(),
      },
    );
  return {
    clock,
    links,
    metrics,
    replaced,
    make,
    async start(spec, options) {
      const upstreams = make(options);
      await upstreams.reconcile([spec]);
      await clock.advance(0);
      return upstreams;
    },
  };
}

/** A safe call of `echo` at the server `s`. */
export function callOf(more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    server: idOf("s"),
    tool: "echo",
    arguments: toRawJson({}),
    safe: true,
    scope: { principal: principal("p") },
    ...more,
  };
}
