/** One line of `GET /metrics`. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

/** Reads the Prometheus text format, as far as the daemon writes it. */
export function readSamples(text: string): Sample[] {
  return text
    .split("\n")
    .map((line) => /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = "", labels = "", value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, held]) => [key, held]),
      ) as Record<string, string>,
      value: Number(value),
    }));
}

/** The sum of a metric's samples that have these labels; `undefined` when there is none. */
export function sumOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = readSamples(text).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}
