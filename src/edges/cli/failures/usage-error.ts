/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly hint: string;

  /** `message` says what is wrong with the value received, `hint` how it should be. */
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Something that could not be done, where no other code says it better. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
