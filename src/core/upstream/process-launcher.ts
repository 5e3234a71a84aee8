import type { LaunchSpec } from "./server-spec.ts";

/** A process that was started to serve a URL. Disposing stops it and its whole process group. */
export interface LaunchedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended, with how ("exited with code 1"); also after a dispose. */
  readonly ended: Promise<string>;
}

/** Starts the processes of endpoints that have both a command and a URL. */
export interface ProcessLauncher {
  /**
   * Starts a process in a group of its own; it ends with the daemon, however that ends.
   * @throws LinkError `connect` when it cannot be started.
   */
  launch(launch: LaunchSpec, onOutput: (line: string) => void): Promise<LaunchedProcess>;
  /** Whether something listens at the URL's host and port. */
  isListening(url: string, signal: AbortSignal): Promise<boolean>;
}
