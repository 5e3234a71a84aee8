/** One server-sent event whose data is JSON. */
export interface SseEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

/** Reads a whole event stream; comments are left out. */
export function readEvents(text: string): SseEvent[] {
  return text
    .split("\n\n")
    .map((block) => block.split("\n").filter((line) => line !== "" && !line.startsWith(":")))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const id = field("id");
      return {
        event: field("event") ?? "message",
        ...(id === undefined ? {} : { id }),
        data: JSON.parse(field("data") ?? "null") as unknown,
      };
    });
}
