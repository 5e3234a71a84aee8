import { z } from "zod";
import type { OptionGroup } from "./option-group.ts";
import { fileSettings } from "./option-group.ts";
import { OPTION_GROUPS } from "./option-groups.ts";
import { IDLE_SECTIONS } from "./sections/idle.ts";

/** Keys of the file that hold servers: Claude, Cursor and Windsurf call it one thing, VS Code another. */
export const SERVER_SECTIONS = ["mcpServers", "servers"] as const;

/** Sections in whose texts `${NAME}` is filled in, beside the server entries. */
export const EXPANDED_SECTIONS = ["redis", "database", "auth", "embedding", "telemetry"] as const;

/** Plans by name, which have references of their own. */
export const COMPOSITES_SECTION = "composites";

/** Sections that have references of their own, or may hold any text. */
export const FREE_TEXT_SECTIONS = ["plans", COMPOSITES_SECTION, "profiles"] as const;

/** The groups, without their types. */
export function allGroups(): readonly OptionGroup<object>[] {
  return Object.values<OptionGroup<object>>(OPTION_GROUPS);
}

/**
 * The schema of a whole file, each section with its defaults. Server entries and composites are any
 * values here: they are checked one by one where they are read.
 */
export function createFileSchema() {
  const sections = new Map<string, Record<string, z.ZodType>>();
  for (const group of allGroups()) {
    const shape = sections.get(group.section) ?? {};
    for (const { key, schema } of fileSettings(group)) shape[key] = schema;
    sections.set(group.section, shape);
  }
  const strict = [...sections].map(([name, shape]) => [name, z.strictObject(shape).prefault({})]);
  const idle = Object.entries(IDLE_SECTIONS).map(([name, schema]) => [
    name,
    z.exactOptional(schema),
  ]);
  return z.strictObject({
    $schema: z.exactOptional(z.string()),
    mcpServers: z.exactOptional(z.record(z.string(), z.unknown())),
    servers: z.exactOptional(z.record(z.string(), z.unknown())),
    [COMPOSITES_SECTION]: z.exactOptional(z.unknown()),
    inputs: z.exactOptional(z.unknown()),
    ...(Object.fromEntries([...strict, ...idle]) as Record<string, z.ZodType>),
  });
}
