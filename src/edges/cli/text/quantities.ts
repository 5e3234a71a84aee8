const BYTES = ["B", "kB", "MB", "GB", "TB"] as const;

/** A number of bytes in steps of 1,000, such as `12.3 kB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTES[unit]}`;
}

/** A whole number with separators, such as `12,345`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** A number of things, such as `1 tool` or `12,345 tools`. */
export function countOf(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** A span of time in its two largest units: `3 ms`, `1.2 s`, `4 min 5 s`, `2 h 3 min`, `1 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${Math.round(milliseconds * 10) / 10} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.floor(milliseconds / 1000);
  const [minutes, hours, days] = [seconds / 60, seconds / 3600, seconds / 86_400].map(Math.floor);
  if (hours! < 1) return `${minutes} min ${seconds % 60} s`;
  if (days! < 1) return `${hours} h ${minutes! % 60} min`;
  return `${days} d ${hours! % 24} h`;
}
