/** The daemon itself. */
export interface GatewayOptions {
  /**
   * Folder for what the daemon keeps: lock, added servers, index, embeddings. `~` is the home
   * folder; relative paths start at the folder of this file. Without one:
   * `$XDG_DATA_HOME/switchboard`, else `~/.local/share/switchboard`.
   */
  readonly dataDir?: string;
  /** Whether admins may add servers that start programs on this machine over the API. */
  readonly allowCommandsOverApi: boolean;
}

/** What holds where the configuration says nothing. */
export const GATEWAY_DEFAULTS: GatewayOptions = {
  allowCommandsOverApi: false,
};
