import type { Composites, CompositeView } from "../../../src/core/plans/index.ts";
import { GatewayError } from "../../../src/kernel/errors.ts";

/** Composites kept in a list, unchecked. */
export function createFakeComposites(): Composites {
  const views = new Map<string, CompositeView>();
  return {
    list: () => [...views.values()],
    add(composite) {
      const tool = `composites__${composite.name}`;
      const view: CompositeView = { ...composite, source: "overlay", tool };
      views.set(composite.name, view);
      return Promise.resolve(view);
    },
    remove(name) {
      if (views.delete(name)) return Promise.resolve();
      const message = `There is no composite "${name}".`;
      return Promise.reject(
        new GatewayError("unknown-tool", message, { tool: name, nearest: [...views.keys()] }),
      );
    },
  };
}
