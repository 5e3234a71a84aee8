/**
 * Brings a row to unit length in place; a row of zeros stays.
 * @throws RangeError when a number in it is not finite.
 */
export function normaliseRow(row: Float32Array): void {
  let squares = 0;
  for (const component of row) squares += component * component;
  if (!Number.isFinite(squares)) {
    throw new RangeError("the model gave numbers that are not finite");
  }
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let at = 0; at < row.length; at++) row[at]! *= scale;
}

/**
 * Embeds the texts that hold something, and leaves the rows of the others zero.
 * `embed` gets the texts to embed and gives their rows in order.
 */
export async function embedNonEmpty(
  texts: readonly string[],
  dimension: number,
  embed: (texts: readonly string[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const rows = new Float32Array(texts.length * dimension);
  const places = texts.flatMap((text, place) => (text.trim() === "" ? [] : [place]));
  if (places.length === 0) return rows;
  const embedded = await embed(places.map((place) => texts[place]!));
  for (const [index, place] of places.entries()) {
    const row = embedded.subarray(index * dimension, (index + 1) * dimension);
    rows.set(row, place * dimension);
  }
  return rows;
}

/** Writes a model's prefix before each text that holds something. */
export function withPrefix(prefix: string, texts: readonly string[]): readonly string[] {
  return prefix === "" ? texts : texts.map((text) => (text.trim() === "" ? text : prefix + text));
}
