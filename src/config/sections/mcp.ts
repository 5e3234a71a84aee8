import { CATALOG_DEFAULTS, type CatalogOptions } from "../../core/catalog/options.ts";
import { type OptionGroup, wholeNumber } from "../option-group.ts";

export const catalogGroup: OptionGroup<CatalogOptions> = {
  owner: { file: "core/catalog/options.ts", type: "CatalogOptions" },
  section: "mcp",
  defaults: CATALOG_DEFAULTS,
  settings: {
    maxToolNameLength: wholeNumber(16, 64),
    maxToolsPerServer: wholeNumber(1, 100_000),
  },
};
