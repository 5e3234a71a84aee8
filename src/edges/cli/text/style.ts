const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Paint = keyof typeof CODES;

/** Colours a text, or leaves it as it is where colour is not wanted. */
export type Style = (paint: Paint | undefined, text: string) => string;

export function createStyle(colour: boolean): Style {
  return (paint, text) => {
    if (!colour || paint === undefined || text === "") return text;
    const [on, off] = CODES[paint];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
