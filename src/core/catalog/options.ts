/** Bounds of the catalogue. */
export interface CatalogOptions {
  /** Longest tool id handed out, in characters; 16–64, default 64. Lower it for clients that add prefixes. */
  readonly maxToolNameLength: number;
  /** Tools taken up of one server; the rest of its list is left out. 1–100,000, default 10,000. */
  readonly maxToolsPerServer: number;
  /** Largest definition of one tool, in bytes; larger ones are left out. At least 1,024, default 1,048,576 (1 MiB). */
  readonly maxDefinitionBytes: number;
  /** Largest input schema that arguments are validated against, in characters of JSON. At least 2, default 131,072. */
  readonly maxSchemaLength: number;
}

/** What holds where the configuration says nothing. */
export const CATALOG_DEFAULTS: CatalogOptions = {
  maxToolNameLength: 64,
  maxToolsPerServer: 10_000,
  maxDefinitionBytes: 1_048_576,
  maxSchemaLength: 131_072,
};
