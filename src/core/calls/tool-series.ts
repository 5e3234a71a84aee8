import type { Tool } from "../catalog/index.ts";
import type { BoundMetric } from "../metrics/index.ts";

/**
 * Remembers a metric bound per tool and one label more, so that the hot path looks each series up
 * once. What is remembered goes with the tool.
 */
export function createToolSeries(
  bind: (tool: Tool, label: string) => BoundMetric,
): (tool: Tool, label: string) => BoundMetric {
  const series = new WeakMap<Tool, Map<string, BoundMetric>>();
  return (tool, label) => {
    let ofTool = series.get(tool);
    if (ofTool === undefined) {
      ofTool = new Map();
      series.set(tool, ofTool);
    }
    let metric = ofTool.get(label);
    if (metric === undefined) {
      metric = bind(tool, label);
      ofTool.set(label, metric);
    }
    return metric;
  };
}
