import type { CatalogServer, Tool } from "../../catalog/index.ts";
import { spacedWords, type ToolDocument } from "../tool-document.ts";

const MAX_TEXT_CHARACTERS = 1_000;

/**
 * What tells a server from the others: the operator's description, the upstream's own words, and the
 * names of its tools, each as a document of its own.
 */
export function serverDocuments(server: CatalogServer, tools: readonly Tool[]): ToolDocument[] {
  const outline = tools.map((tool) => spacedWords(tool.name)).join(", ");
  return [server.description, server.upstreamSummary, outline]
    .filter((text) => text !== undefined && text.trim() !== "")
    .map((text = "") => ({
      server: server.id,
      name: server.id,
      title: "",
      lead: text.slice(0, MAX_TEXT_CHARACTERS).replaceAll(/\s+/g, " ").trim(),
      rest: "",
      parameters: [],
    }));
}
