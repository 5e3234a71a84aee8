/** What a terminal would act on instead of showing: C0 and C1 controls other than newline and tab. */
const CONTROLS = /(?![\n\t])\p{Cc}/gu;

/** Marks that turn the direction of text around and so can make a line read as another. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text of somebody else's, safe to show on a terminal: control sequences in it lose their effect. */
export function terminalSafe(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(CONTROLS, "\u{fffd}")
    .replaceAll(DIRECTION_MARKS, "");
}

/** The same on one line: white space of any kind becomes single spaces. */
export function singleLine(text: string): string {
  return terminalSafe(text.replaceAll(/\s+/g, " ")).trim();
}
