import { loadConfig, type ConfigSources } from "../config/load-config.ts";
import type { ConfigResult } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import { GatewayError } from "../kernel/errors.ts";

/** A configuration that holds. */
export type GoodConfig = Extract<ConfigResult, { kind: "ok" }>;

/** @throws GatewayError `invalid-config` with every problem, each with its place. */
export function readSources(sources: ConfigSources): GoodConfig {
  const result = loadConfig(sources);
  if (result.kind === "ok") return result;
  throw invalidConfig(result);
}

/** The failure that tells every problem of a configuration. */
export function invalidConfig(
  result: Extract<ConfigResult, { kind: "failed" }>,
): GatewayError<"invalid-config"> {
  const problems = result.problems.map(formatProblem);
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return new GatewayError("invalid-config", `The configuration has ${count}.`, { problems });
}
