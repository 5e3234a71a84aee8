import { z } from "zod";

/**
 * Sections whose part of the product comes later. They may stand in a file that is shared with
 * a later version; each draws a warning that it has no effect.
 */
export const IDLE_SECTIONS: Readonly<Record<string, z.ZodType>> = {
  profiles: z.record(z.string(), z.unknown()),
  database: z.strictObject({ url: z.exactOptional(z.string()) }),
};
