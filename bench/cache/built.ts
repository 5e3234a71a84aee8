import path from "node:path";
import type { createPinoLogger } from "../../src/adapters/pino/index.ts";
import type { createRedisCache } from "../../src/adapters/redis/index.ts";
import type { createGateway } from "../../src/app/create-gateway.ts";
import type { loadConfig } from "../../src/config/index.ts";

/** Loads a module as it is built: what tsx makes of the sources keeps names, which costs a third. */
async function load<Module>(file: string): Promise<Module> {
  return (await import(path.join(import.meta.dirname, "../../dist", file))) as Module;
}

/** Modules of the product as it is shipped; `npm run build` makes them. */
export const built = {
  app: () => load<{ createGateway: typeof createGateway }>("app/create-gateway.js"),
  config: () => load<{ loadConfig: typeof loadConfig }>("config/index.js"),
  logging: () => load<{ createPinoLogger: typeof createPinoLogger }>("adapters/pino/index.js"),
  redis: () => load<{ createRedisCache: typeof createRedisCache }>("adapters/redis/index.js"),
};
