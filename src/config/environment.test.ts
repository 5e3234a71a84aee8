import { describe, expect, it } from "vitest";
import { childEnvironment, readEnvironment } from "./environment.ts";

describe("readEnvironment", () => {
  it("reads the product's variables, and takes empty ones for unset", () => {
    const environment = readEnvironment({
      HOME: "/home/me",
      SWITCHBOARD_PORT: "8701",
      SWITCHBOARD_HOST: "",
      SWITCHBOARD_OFFLINE: "1",
      SWITCHBOARD_URL: "http://127.0.0.1:1",
      SWITCHBOARD_API_KEY: "key",
    });
    expect(environment).toMatchObject({
      homeDir: "/home/me",
      configHome: "/home/me/.config",
      dataHome: "/home/me/.local/share",
      settings: { port: "8701" },
      offline: true,
      url: "http://127.0.0.1:1",
      apiKey: "key",
      warnings: [],
    });
    expect(Object.keys(environment.settings)).toEqual(["port"]);
  });

  it.each([["0"], ["false"], [""]])("is online with SWITCHBOARD_OFFLINE=%s", (value) => {
    expect(readEnvironment({ SWITCHBOARD_OFFLINE: value }).offline).toBe(false);
  });

  it("warns of variables of ours that mean nothing", () => {
    expect(readEnvironment({ SWITCHBOARD_PROT: "1", OTHER: "2" }).warnings).toEqual([
      "SWITCHBOARD_PROT means nothing here. Did you mean SWITCHBOARD_PORT?",
    ]);
  });
});

describe("childEnvironment", () => {
  it("gives programs what they need to run, and no secrets", () => {
    const environment = readEnvironment({
      PATH: "/bin",
      HOME: "/home/me",
      LC_ALL: "C",
      SystemRoot: "C:\\Windows",
      GITHUB_TOKEN: "secret",
      SWITCHBOARD_API_KEY: "secret",
      TERM: undefined,
    });
    expect(childEnvironment(environment)).toEqual({
      PATH: "/bin",
      HOME: "/home/me",
      LC_ALL: "C",
      SystemRoot: "C:\\Windows",
    });
  });
});
