import { z } from "zod";
import { defaultLogOptions, type LogOptions } from "../../adapters/pino/options.ts";
import {
  defaultPrometheusOptions,
  type PrometheusOptions,
} from "../../adapters/prometheus/options.ts";
import { defaultTokenCountsOptions, type TokenCountsOptions } from "../../core/tokens/options.ts";
import { type OptionGroup, wholeNumber } from "../option-group.ts";

export const logGroup: OptionGroup<LogOptions> = {
  owner: { file: "adapters/pino/options.ts", type: "LogOptions" },
  section: "telemetry",
  defaults: defaultLogOptions,
  settings: {
    level: { key: "logLevel", schema: z.enum(["debug", "info", "warn", "error", "silent"]) },
  },
};

export const prometheusGroup: OptionGroup<PrometheusOptions> = {
  owner: { file: "adapters/prometheus/options.ts", type: "PrometheusOptions" },
  section: "telemetry",
  defaults: defaultPrometheusOptions,
  settings: {
    maxSeriesPerMetric: wholeNumber(100, 100_000),
    processMetrics: z.boolean(),
  },
};

export const tokensGroup: OptionGroup<TokenCountsOptions> = {
  owner: { file: "core/tokens/options.ts", type: "TokenCountsOptions" },
  section: "telemetry",
  defaults: defaultTokenCountsOptions,
  settings: {
    countInBackground: { key: "countTokens", schema: z.boolean() },
  },
};
