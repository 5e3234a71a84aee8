import { z } from "zod";
import { wholeNumber } from "../option-group.ts";

/**
 * Sections whose part of the product comes later. They may stand in a file that is shared with
 * a later version; each draws a warning that it has no effect.
 */
export const IDLE_SECTIONS: Readonly<Record<string, z.ZodType>> = {
  profiles: z.record(z.string(), z.unknown()),
  cache: z.strictObject({
    mode: z.exactOptional(z.enum(["declared", "readonly", "off"])),
    ttlMs: z.exactOptional(wholeNumber(1, 604_800_000)),
  }),
  database: z.strictObject({ url: z.exactOptional(z.string()) }),
};
