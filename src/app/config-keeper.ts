import type { PinoLogger } from "../adapters/pino/index.ts";
import {
  formatProblem,
  watchConfig,
  type ConfigSources,
  type ConfigUpdate,
  type ConfigWatch,
} from "../config/index.ts";
import type { GatewayRuntime } from "./create-gateway.ts";
import { invalidConfig, type GoodConfig } from "./read-sources.ts";

/** Watches the configuration and puts good changes in force; bad ones leave the last good state. */
export interface ConfigKeeper extends Disposable {
  /**
   * Reads the files now and waits until the change is in force.
   * @throws GatewayError `invalid-config` with every problem; what putting it in force throws.
   */
  reload(): Promise<{ readonly warnings: readonly string[] }>;
}

interface KeeperDeps {
  readonly runtime: Pick<GatewayRuntime, "applyConfig" | "gateway">;
  readonly logger: PinoLogger;
}

/** Starts watching the files that `loaded` came from. */
export function createConfigKeeper(
  sources: ConfigSources,
  loaded: GoodConfig,
  deps: KeeperDeps,
): ConfigKeeper {
  const { log } = deps.logger;
  let applied: Promise<void> = Promise.resolve();
  const watch: ConfigWatch = watchConfig(sources, loaded, {
    onUpdate(update) {
      const earlier = applied.catch(() => undefined);
      applied = earlier.then(() => apply(deps, update));
      applied.catch((error: unknown) => log.error({ err: error }, "A reload failed."));
    },
  });
  return {
    async reload() {
      const update = watch.reload();
      await applied;
      return report(update);
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

async function apply({ runtime, logger }: KeeperDeps, update: ConfigUpdate): Promise<void> {
  const { log } = logger;
  const { events } = runtime.gateway;
  if (update.kind === "rejected") {
    const problems = update.result.problems.map(formatProblem);
    log.error({ problems }, "The changed configuration has problems; the last good one stays.");
    events.publish("config", "config.rejected", { problems });
  }
  if (update.kind !== "changed") return;
  const { config, secrets } = update.result;
  const { servers, applied, needRestart } = update.changes;
  logger.addSecrets(secrets);
  logger.setLevel(config.log.level);
  await runtime.applyConfig(config);
  log.info({ servers, applied }, "The configuration was reloaded.");
  if (needRestart.length > 0) {
    log.warn({ settings: needRestart }, "Some changed settings hold from the next start on.");
  }
  events.publish("config", "config.reloaded", { servers: { ...servers }, applied, needRestart });
}

function report(update: ConfigUpdate): { readonly warnings: readonly string[] } {
  if (update.kind === "rejected") throw invalidConfig(update.result);
  const warnings = update.result.warnings.map(formatProblem);
  if (update.kind === "unchanged" || update.changes.needRestart.length === 0) return { warnings };
  const settings = update.changes.needRestart.join(", ");
  return { warnings: [...warnings, `These hold from the next start on: ${settings}.`] };
}
