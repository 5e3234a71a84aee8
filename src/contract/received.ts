const MAX_LENGTH = 80;

/** A value as an error message shows it: its JSON, cut at 80 characters. */
export function received(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}
