import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildConfigPage } from "./config-docs/config-page.ts";
import { buildConfigSchema, contradicted, undescribed } from "./config-docs/config-schema.ts";

/** The generated files, by their path from the repository's root. */
export function generateConfigDocs(): Readonly<Record<string, string>> {
  const schema = buildConfigSchema();
  const missing = undescribed(schema);
  if (missing.length > 0) throw new Error(`Settings without a description: ${missing.join(", ")}.`);
  const wrong = contradicted(schema);
  if (wrong.length > 0) throw new Error(`Comments with another range: ${wrong.join(", ")}.`);
  return {
    "docs/config.md": buildConfigPage(schema),
    "docs/config.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generateConfigDocs())) {
    writeFileSync(new URL(`../${path}`, import.meta.url), text);
  }
}
