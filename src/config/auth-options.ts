/** Whether callers need a key. */
export interface AuthOptions {
  /**
   * Who may come without a key. `loopback`: programs on this machine, while the daemon listens on a
   * loopback address. `never`: nobody.
   */
  readonly anonymous: "loopback" | "never";
}

/** What holds where the configuration says nothing. */
export const defaultAuthOptions: AuthOptions = { anonymous: "loopback" };
