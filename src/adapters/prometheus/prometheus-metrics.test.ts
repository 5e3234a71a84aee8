import { afterEach, describe, expect, it } from "vitest";
import { createSilentLogger, type LogFields } from "../../kernel/log.ts";
import { METRICS } from "../../core/metrics/index.ts";
import {
  createPrometheusMetrics,
  type PrometheusMetrics,
  type PrometheusOptions,
} from "./index.ts";

const opened: PrometheusMetrics[] = [];
const errors: LogFields[] = [];

function setUp(options: Partial<PrometheusOptions> = {}): PrometheusMetrics {
  const log = { ...createSilentLogger(), error: (fields: LogFields) => errors.push(fields) };
  const metrics = createPrometheusMetrics({ processMetrics: false, ...options }, { log });
  opened.push(metrics);
  return metrics;
}

afterEach(() => {
  for (const metrics of opened.splice(0)) metrics[Symbol.dispose]();
  errors.length = 0;
});

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text format, as a scraper does. */
function parse(body: string): { samples: Sample[]; kinds: Map<string, string> } {
  const samples: Sample[] = [];
  const kinds = new Map<string, string>();
  for (const line of body.split("\n")) {
    const kind = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (kind !== null) kinds.set(kind[1]!, kind[2]!);
    if (line === "" || line.startsWith("#")) continue;
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const pairs = [...(sample[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const value = sample[3] === "+Inf" ? Infinity : Number(sample[3]);
    const labels = Object.fromEntries(pairs.map(([, name, text]) => [name!, text!]));
    samples.push({ name: sample[1]!, labels, value });
  }
  return { samples, kinds };
}

async function scrape(metrics: PrometheusMetrics, name: string): Promise<Sample[]> {
  const { body } = await metrics.expose();
  return parse(body).samples.filter((sample) => sample.name === `switchboard_${name}`);
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 60));
const call = (server: string, tool: string, outcome = "result") => ({ server, tool, outcome });

describe("the exposition", () => {
  it("is Prometheus' text format and holds every declared metric with its kind", async () => {
    const { contentType, body } = await setUp().expose();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const { kinds } = parse(body);
    for (const { name, kind } of Object.values(METRICS)) {
      expect(kinds.get(`switchboard_${name}`)).toBe(kind);
    }
  });

  it("counts, sets and observes by label", async () => {
    const metrics = setUp();
    metrics.bind("toolCalls", call("users", "users__get")).add();
    metrics.bind("toolCalls", call("users", "users__get")).add(2);
    metrics.bind("toolCallsInFlight", { server: "users" }).add(3);
    metrics.bind("toolCallsInFlight", { server: "users" }).add(-1);
    metrics.bind("indexTools", {}).set(42);
    metrics.bind("toolCallDuration", { server: "users", source: "upstream" }).observe(0.02);
    expect(await scrape(metrics, "tool_calls_total")).toEqual([
      {
        name: "switchboard_tool_calls_total",
        labels: { server: "users", tool: "users__get", outcome: "result" },
        value: 3,
      },
    ]);
    expect((await scrape(metrics, "tool_calls_in_flight"))[0]?.value).toBe(2);
    expect((await scrape(metrics, "index_tools"))[0]?.value).toBe(42);
    const buckets = await scrape(metrics, "tool_call_duration_seconds_bucket");
    const counts = Object.fromEntries(buckets.map((each) => [each.labels["le"], each.value]));
    expect(counts).toMatchObject({ "0.01": 0, "0.025": 1, "60": 1, "+Inf": 1 });
    expect((await scrape(metrics, "tool_call_duration_seconds_sum"))[0]?.value).toBe(0.02);
  });

  it("keeps two registries apart", async () => {
    const [one, two] = [setUp(), setUp()];
    one.bind("coalescedCalls", {}).add(5);
    expect((await scrape(two, "coalesced_calls_total"))[0]?.value).toBe(0);
  });

  it("adds the platform's own metrics when they are wanted", async () => {
    const { samples } = parse((await setUp({ processMetrics: true }).expose()).body);
    const names = new Set(samples.map((sample) => sample.name));
    expect(names).toContain("process_cpu_seconds_total");
    expect(names).toContain("nodejs_heap_size_used_bytes");
  });

  it("tells the event loop's delay since the last scrape, in seconds", async () => {
    const metrics = setUp();
    await turns();
    const start = performance.now();
    while (performance.now() - start < 250);
    await turns();
    const [busy] = await scrape(metrics, "event_loop_delay_seconds");
    expect(busy?.value).toBeGreaterThan(0.15);
    expect(busy?.value).toBeLessThan(60);
  });

  it("asks its collectors before each scrape, and survives one that fails", async () => {
    const metrics = setUp();
    let tools = 0;
    metrics.onCollect(() => {
      throw new Error("broken collector");
    });
    metrics.onCollect(() => metrics.bind("catalogTools", { server: "users" }).set((tools += 5)));
    await metrics.expose();
    expect((await scrape(metrics, "catalog_tools"))[0]?.value).toBe(10);
    expect(errors).toHaveLength(2);
  });
});

describe("bad measurements", () => {
  it("are dropped when they are no numbers or would turn a counter back", async () => {
    const metrics = setUp();
    metrics.bind("coalescedCalls", {}).add(Number.NaN);
    metrics.bind("coalescedCalls", {}).add(-1);
    metrics.bind("indexTools", {}).set(Number.POSITIVE_INFINITY);
    metrics.bind("discoveryTopScore", {}).observe(Number.NaN);
    expect((await scrape(metrics, "coalesced_calls_total"))[0]?.value).toBe(0);
    expect((await scrape(metrics, "index_tools"))[0]?.value).toBe(0);
    expect((await scrape(metrics, "discovery_top_score_count"))[0]?.value).toBe(0);
  });

  it("are refused when the operation does not fit the kind", () => {
    const metrics = setUp();
    expect(() => metrics.bind("toolCalls", call("a", "b")).set(1)).toThrow(/is a counter/);
    expect(() => metrics.bind("indexTools", {}).observe(1)).toThrow(/is a gauge/);
    expect(() => metrics.bind("discoveryTopScore", {}).add(1)).toThrow(/is a histogram/);
  });
});

describe("the bound on label sets", () => {
  it("turns the tool into _other first, then everything", async () => {
    const metrics = setUp({ maxSeriesPerMetric: 100 });
    for (let n = 0; n < 200; n++) metrics.bind("toolCalls", call("users", `t${n}`)).add();
    for (let n = 0; n < 50; n++) metrics.bind("toolCalls", call(`s${n}`, "t")).add();
    const samples = await scrape(metrics, "tool_calls_total");
    const valueOf = (server: string, tool: string) =>
      samples.find((each) => each.labels["server"] === server && each.labels["tool"] === tool)
        ?.value;
    expect(samples).toHaveLength(101);
    expect(valueOf("users", "t89")).toBe(1);
    expect(valueOf("users", "t90")).toBeUndefined();
    expect(valueOf("users", "_other")).toBe(110);
    expect(valueOf("s8", "_other")).toBe(1);
    expect(valueOf("_other", "_other")).toBe(41);
    expect(samples.reduce((sum, each) => sum + each.value, 0)).toBe(250);
  });

  it("holds for metrics without a tool too, and cuts long values", async () => {
    const metrics = setUp({ maxSeriesPerMetric: 100 });
    for (let n = 0; n < 150; n++) metrics.bind("retries", { server: `s${n}` }).add();
    const samples = await scrape(metrics, "retries_total");
    expect(samples).toHaveLength(101);
    expect(samples.find((each) => each.labels["server"] === "_other")?.value).toBe(50);
    metrics.bind("shed", { reason: "x".repeat(1_000) }).add();
    expect((await scrape(metrics, "shed_total"))[0]?.labels["reason"]).toHaveLength(128);
  });

  it("gives room back when a server is forgotten", async () => {
    const metrics = setUp({ maxSeriesPerMetric: 100 });
    for (let n = 0; n < 90; n++) metrics.bind("toolCalls", call("gone", `t${n}`)).add();
    metrics.bind("retries", { server: "gone" }).add();
    metrics.bind("retries", { server: "stays" }).add();
    metrics.forgetServer("gone");
    metrics.bind("toolCalls", call("new", "tool")).add();
    expect((await scrape(metrics, "tool_calls_total")).map((each) => each.labels)).toEqual([
      call("new", "tool"),
    ]);
    const retries = await scrape(metrics, "retries_total");
    expect(retries.map((each) => each.labels["server"])).toEqual(["stays"]);
  });

  it("counts a handle that was kept from before its server was forgotten", async () => {
    const metrics = setUp({ maxSeriesPerMetric: 100 });
    const kept = metrics.bind("retries", { server: "users" });
    kept.add(5);
    metrics.forgetServer("users");
    expect(await scrape(metrics, "retries_total")).toEqual([]);
    kept.add(2);
    expect((await scrape(metrics, "retries_total"))[0]?.value).toBe(2);
    metrics.forgetServer("users");
    expect(await scrape(metrics, "retries_total")).toEqual([]);
  });
});
