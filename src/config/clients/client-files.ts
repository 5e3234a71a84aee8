import { dirname, join } from "node:path";
import type { Environment } from "../environment.ts";

/** A client whose servers can be taken over. */
export type Client = "claude-desktop" | "claude-code" | "cursor" | "vscode" | "windsurf";

/** The clients' names as people know them. */
export const CLIENT_NAMES: Readonly<Record<Client, string>> = {
  "claude-desktop": "Claude Desktop",
  "claude-code": "Claude Code",
  cursor: "Cursor",
  vscode: "VS Code",
  windsurf: "Windsurf",
};

/** A file in which a client may keep servers. */
export interface ClientFile {
  readonly client: Client;
  /** Absolute; need not exist. */
  readonly path: string;
}

/** Where the clients keep their servers: the user's own files, then those of the folder `cwd`. */
export function clientFiles(
  environment: Environment,
  at: { readonly cwd: string; readonly platform: NodeJS.Platform },
): ClientFile[] {
  const { homeDir } = environment;
  const settings = settingsFolder(environment, at.platform);
  const project = (...names: string[]) => join(at.cwd, ...names);
  return [
    { client: "claude-desktop", path: join(settings, "Claude", "claude_desktop_config.json") },
    { client: "claude-code", path: join(homeDir, ".claude.json") },
    { client: "claude-code", path: project(".mcp.json") },
    { client: "cursor", path: join(homeDir, ".cursor", "mcp.json") },
    { client: "cursor", path: project(".cursor", "mcp.json") },
    { client: "vscode", path: join(settings, "Code", "User", "mcp.json") },
    { client: "vscode", path: join(settings, "Code", "User", "settings.json") },
    { client: "vscode", path: project(".vscode", "mcp.json") },
    { client: "windsurf", path: join(homeDir, ".codeium", "windsurf", "mcp_config.json") },
  ];
}

/** The folder that stands for `${workspaceFolder}` in a file: the one that holds `.vscode`, `.cursor` or `.mcp.json`. */
export function workspaceOf(path: string): string {
  const folder = dirname(path);
  return /[\\/]\.(vscode|cursor)$/.test(folder) ? dirname(folder) : folder;
}

function settingsFolder(environment: Environment, platform: NodeJS.Platform): string {
  const { homeDir, configHome, variables } = environment;
  if (platform === "darwin") return join(homeDir, "Library", "Application Support");
  if (platform === "win32") return variables["APPDATA"] ?? join(homeDir, "AppData", "Roaming");
  return configHome;
}
