/** Letters that Unicode decomposition leaves alone although people type them without the stroke. */
const undecomposed: Readonly<Record<string, string>> = {
  ł: "l",
  ø: "o",
  đ: "d",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ı: "i",
};

const isAscii = /^[ -~]*$/;

/** Lower-cases a text and drops its accents, so that "Lukasik" finds "Łukasik" and "zoe" finds "Zoë". */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (isAscii.test(lower)) {
    return lower;
  }
  return lower
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[łøđßæœı]/g, (letter) => undecomposed[letter] ?? letter);
}
