import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/core/metrics/index.ts";

const folder = path.resolve(import.meta.dirname, "../../grafana/dashboards");
const dashboards = readdirSync(folder).filter((file) => file.endsWith(".json"));
const queries = dashboards.flatMap((file) => {
  const { panels } = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  return panels.flatMap((panel) => panel.targets.map((target) => target.expr));
});
const asked = queries.join("\n");

describe("metrics and dashboards", () => {
  it.each(Object.values(METRICS).map((metric) => metric.name))("show %s in a panel", (name) => {
    expect(asked).toMatch(new RegExp(String.raw`\bswitchboard_${name}(?:_bucket)?\b`));
  });

  it("ask for no metric that does not exist", () => {
    const known = new Set<string>(Object.values(METRICS).map((metric) => metric.name));
    const named = [...asked.matchAll(/\bswitchboard_([a-z_]+?)(?:_bucket)?\b(?=[[{ )\n]|$)/g)];
    expect(named.length).toBeGreaterThan(10);
    for (const [, name] of named) expect(known).toContain(name);
  });
});
