import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig, readEnvironment } from "../../src/config/index.ts";

const root = path.resolve(import.meta.dirname, "../..");
const compose = parse(readFileSync(path.join(root, "docker-compose.yml"), "utf8")) as {
  services: Record<string, { image: string; ports?: string[]; volumes?: string[] }>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((one) => one.split(":")));

describe("docker-compose.yml", () => {
  it("brings the gateway with Redis, Prometheus, Grafana and Jaeger", () => {
    expect(services.map(([name]) => name).toSorted()).toEqual([
      "gateway",
      "grafana",
      "jaeger",
      "prometheus",
      "redis",
    ]);
  });

  it.each(services)("pins the image of %s and publishes on loopback only", (_, service) => {
    expect(service.image).toMatch(/:v?\d+\.\d+/);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("mounts what is there", () => {
    expect(mounts.length).toBeGreaterThan(5);
    for (const [source = ""] of mounts) {
      const isThere = source.startsWith("./")
        ? existsSync(path.join(root, source))
        : Object.hasOwn(compose.volumes, source);
      expect([source, isThere]).toEqual([source, true]);
    }
  });

  it("gives the gateway a configuration that holds", () => {
    const result = loadConfig({
      environment: readEnvironment({ HOME: "/nonexistent" }),
      flags: {
        config: path.join(root, "deploy/switchboard.yaml"),
        host: "0.0.0.0",
        insecure: true,
      },
    });
    expect(result).toMatchObject({
      kind: "ok",
      config: { http: { host: "0.0.0.0" }, redis: { url: "redis://redis:6379" } },
    });
  });
});
