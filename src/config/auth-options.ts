/** Whether callers need a key. */
export interface AuthOptions {
  /**
   * Who may come without a key. `auto`: programs on this machine, while the daemon listens on a
   * loopback address and no keys are configured. `loopback`: programs on this machine even beside
   * keys. `never`: nobody.
   */
  readonly anonymous: "auto" | "loopback" | "never";
}

/** What holds where the configuration says nothing. */
export const AUTH_DEFAULTS: AuthOptions = { anonymous: "auto" };
