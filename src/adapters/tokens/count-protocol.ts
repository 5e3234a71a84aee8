/** What the daemon asks of the tokenizer's process. */
export interface CountRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** What it answers. */
export type CountAnswer =
  | { readonly id: number; readonly counts: readonly number[] }
  | { readonly id: number; readonly error: string };
