import type { McpServer } from "@modelcontextprotocol/server";

const uri = "users://diagram";

/** Entity-relationship diagram of the database as Mermaid text. */
export const diagram = `erDiagram
  companies ||--o{ users : employs
  companies {
    integer id PK
    text name
    text name_key UK "name without case and accents"
  }
  users {
    integer id PK
    text name
    text name_key "name without case and accents"
    text surname
    text surname_key "surname without case and accents"
    text email UK
    integer company_id FK
    text position "may be null"
    text city "may be null"
    text created_at "ISO 8601, UTC"
    text updated_at "ISO 8601, UTC"
  }
`;

/** Registers the diagram as the resource users://diagram. */
export function registerDiagram(server: McpServer): void {
  server.registerResource(
    "diagram",
    uri,
    {
      title: "Diagram of the user directory",
      description: "Entity-relationship diagram of the user database (Mermaid)",
      mimeType: "text/vnd.mermaid",
      cacheHint: { ttlMs: 3_600_000, cacheScope: "public" },
    },
    () => ({ contents: [{ uri, mimeType: "text/vnd.mermaid", text: diagram }] }),
  );
}
