/**
 * Parts texts into batches whose padded size (texts × longest) stays within `maxTokens`, texts of
 * like length together, so that little is padded. A text that is longer alone is a batch of its own.
 *
 * @param lengths tokens of each text
 * @returns places in `lengths`, batch by batch, longest texts first
 */
export function tokenBatches(lengths: readonly number[], maxTokens: number): number[][] {
  const order = [...lengths.keys()].toSorted((a, b) => lengths[b]! - lengths[a]! || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const place of order) {
    const width = lengths[batch[0] ?? place]!;
    if (batch.length > 0 && (batch.length + 1) * width > maxTokens) {
      batches.push(batch);
      batch = [];
    }
    batch.push(place);
  }
  return batch.length === 0 ? batches : [...batches, batch];
}
