/** Counts the tokens of texts as a model's tokenizer sees them. */
export interface Tokenizer extends AsyncDisposable {
  /** For example `o200k_base`. */
  readonly name: string;
  /**
   * Counts texts, in their order; what looks like a control token counts as ordinary text.
   * @throws the signal's reason, or an Error when counting fails.
   */
  count(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[]>;
}
