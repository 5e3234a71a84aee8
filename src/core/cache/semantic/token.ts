/**
 * A piece of a text, in a form that is equal for what is written differently and means the same.
 * The form tells the kind: words are lower case, `^` begins a name whose case counts, `#` a number,
 * `@` a date, `=` whatever counts to the letter (identifiers, paths, quotations, signs).
 */
export interface Token {
  readonly form: string;
  /** Whether it was written with a capital letter that begins no sentence. */
  readonly isName?: boolean;
  /** Whether it was written with a capital letter that begins one, so that it may be a name. */
  readonly mayBeName?: boolean;
  /** As it was written, where that differs: in most languages capitals say more than in English. */
  readonly written?: string;
}

/** A word whose case says nothing. */
export function word(form: string): Token {
  return { form };
}

/** Something that is equal only to itself. */
export function literal(text: string): Token {
  return { form: `=${text}` };
}

/** Whether the form is a number, a date, or counts to the letter. */
export function isExact({ form }: Token): boolean {
  return form.startsWith("#") || form.startsWith("@") || form.startsWith("=");
}

/** Whether the form is a word in lower case. */
export function isWord({ form }: Token): boolean {
  return !form.startsWith("^") && !isExact({ form });
}

export function isNumber({ form }: Token): boolean {
  return form.startsWith("#");
}
