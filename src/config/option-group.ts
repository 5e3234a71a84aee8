import { z } from "zod";

/** How a field of an options type stands in the file: its schema, or with another key than the field's name. */
export type Setting<Value> =
  | z.ZodType<Value>
  | { readonly key: string; readonly schema: z.ZodType<Value> };

/**
 * The options of one folder as they stand in a section of the file. Type, defaults and descriptions
 * are the folder's own; here is only where each stands and what it may hold. Fields that are not
 * named are not the operator's to turn.
 */
export interface OptionGroup<Options extends object> {
  /** The interface the descriptions are read from: file below `src`, and name. */
  readonly owner: { readonly file: string; readonly type: string };
  readonly section: string;
  readonly defaults: Options;
  readonly settings: {
    readonly [Field in keyof Options]?: Setting<Exclude<Options[Field], undefined>>;
  };
}

/** A field of a group, with its key and schema in the file. */
export interface FileSetting {
  readonly field: string;
  readonly key: string;
  readonly schema: z.ZodType;
}

/** The settings of a group that the file may hold. */
export function fileSettings(group: OptionGroup<object>): FileSetting[] {
  return Object.entries(group.settings as Readonly<Record<string, Setting<unknown>>>).map(
    ([field, setting]) => {
      const named = setting instanceof z.ZodType ? { key: field, schema: setting } : setting;
      const standard = (group.defaults as Readonly<Record<string, unknown>>)[field];
      const schema =
        standard === undefined ? z.exactOptional(named.schema) : named.schema.default(standard);
      return { field, key: named.key, schema };
    },
  );
}

/** A group's options, from the sections of a file that has been checked. */
export function readOptions<Options extends object>(
  group: OptionGroup<Options>,
  sections: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>,
): Options {
  const section = sections[group.section] ?? {};
  const given = fileSettings(group)
    .filter(({ key }) => section[key] !== undefined)
    .map(({ field, key }) => [field, section[key]]);
  return { ...group.defaults, ...Object.fromEntries(given) };
}

/** Options within options, each with its own default. */
export function nested<Options extends object>(
  defaults: Options,
  shape: { readonly [Field in keyof Options]: z.ZodType<Options[Field]> },
): z.ZodType<Options> {
  const withDefaults = Object.entries<z.ZodType>(shape).map(([field, schema]) => [
    field,
    schema.default((defaults as Readonly<Record<string, unknown>>)[field]),
  ]);
  return z.strictObject(Object.fromEntries(withDefaults)) as unknown as z.ZodType<Options>;
}

/** A whole number within bounds, both included. */
export function wholeNumber(minimum: number, maximum: number): z.ZodType<number> {
  return z.int().min(minimum).max(maximum);
}

/** Any number within bounds, both included. */
export function numberWithin(minimum: number, maximum: number): z.ZodType<number> {
  return z.number().min(minimum).max(maximum);
}
