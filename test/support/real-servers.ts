import { freePort } from "./free-port.ts";
import { packageEntry, scriptEntry } from "./server-entry.ts";
import type { ServerEntry } from "./server-entry.ts";
import { startSpawnedServer } from "./spawned-server.ts";
import type { SpawnedServer } from "./spawned-server.ts";

const everything = "@modelcontextprotocol/server-everything/dist/index.js";

/** @modelcontextprotocol/server-everything over stdio. */
export function everythingEntry(): ServerEntry {
  return packageEntry(everything, ["stdio"]);
}

/** @modelcontextprotocol/server-filesystem over stdio, allowed to touch these folders only. */
export function filesystemEntry(...folders: string[]): ServerEntry {
  return packageEntry("@modelcontextprotocol/server-filesystem/dist/index.js", folders);
}

/** @modelcontextprotocol/server-memory over stdio, keeping its graph in this file (absolute path). */
export function memoryEntry(file: string): ServerEntry {
  return packageEntry("@modelcontextprotocol/server-memory/dist/index.js", [], {
    MEMORY_FILE_PATH: file,
  });
}

/** @modelcontextprotocol/server-sequential-thinking over stdio. */
export function sequentialThinkingEntry(): ServerEntry {
  return packageEntry("@modelcontextprotocol/server-sequential-thinking/dist/index.js");
}

/** The users example over stdio; without a folder it keeps its thousand users in memory. */
export function usersEntry(dataFolder = ":memory:"): ServerEntry {
  return scriptEntry("examples/users/main.ts", ["--stdio", "--data", dataFolder]);
}

/** The reference server over stdio: SDK v1 for `legacy`, else SDK v2, where `modern` refuses `initialize`. */
export function referenceEntry(era: "legacy" | "modern" | "both" = "both"): ServerEntry {
  return scriptEntry("test/support/reference-stdio.ts", [era]);
}

/** Starts server-everything on a free port; `url` is what clients connect to. */
export async function startEverything(
  mode: "streamableHttp" | "sse",
): Promise<SpawnedServer & { url: string }> {
  const port = await freePort();
  const entry = packageEntry(everything, [mode], { PORT: String(port) });
  const server = await startSpawnedServer(entry, /(listening on|running on) port \d+/);
  const path = mode === "sse" ? "sse" : "mcp";
  return Object.assign(server, { url: `http://127.0.0.1:${port}/${path}` });
}

/** Starts the users example over WebSocket on a free port. */
export async function startUsers(
  dataFolder = ":memory:",
): Promise<SpawnedServer & { url: string }> {
  const args = ["--port", "0", "--data", dataFolder];
  const entry = scriptEntry("examples/users/main.ts", args);
  const server = await startSpawnedServer(entry, /listening on (ws:\S+)/);
  return Object.assign(server, { url: server.match[1]! });
}
