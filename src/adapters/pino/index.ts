export type { LogOptions } from "./options.ts";
export { createPinoLogger, type PinoLogger } from "./pino-logger.ts";
