import { describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

const protocol = (rpcCode?: number): GatewayError =>
  new GatewayError("upstream-protocol", "x", {
    server: "s",
    ...(rpcCode === undefined ? {} : { rpcCode }),
  });
const deadline = (timeoutMs: number): GatewayError =>
  new GatewayError("deadline-exceeded", "x", { timeoutMs });
const away = (reached: boolean): GatewayError =>
  new GatewayError("server-unavailable", "x", {
    server: "s",
    state: "disconnected",
    retryAfterMs: 0,
    reached,
  });

describe("what the end of an attempt says about a server", () => {
  it.each<[string, GatewayError, Verdict]>([
    ["a lost connection", away(true), "failure"],
    ["no connection", away(false), "failure"],
    ["a timeout", deadline(30_000), "failure"],
    ["the timeout of a caller in a hurry", deadline(50), "neutral"],
    ["an answer that is no answer", protocol(), "failure"],
    ["an internal error", protocol(-32603), "failure"],
    ["a server error", protocol(-32000), "failure"],
    ["an unknown method", protocol(-32601), "success"],
    ["invalid arguments", protocol(-32602), "success"],
    ["a missing resource", protocol(-32002), "success"],
    ["an application's own code", protocol(429), "success"],
    ["a login that is needed", new GatewayError("needs-auth", "x", { server: "s" }), "neutral"],
    [
      "our own limit",
      new GatewayError("rate-limited", "x", { reason: "full", retryAfterMs: 1 }),
      "neutral",
    ],
    ["a bug", new GatewayError("internal", "x", {}), "neutral"],
  ])("%s", (_, error, verdict) => {
    expect(verdictOf(error, { minTimeoutMs: 1_000 })).toBe(verdict);
  });
});
