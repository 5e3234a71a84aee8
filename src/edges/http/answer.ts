/** An answer, ready to be sent as it is, or kept. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A successful answer of JSON bytes. */
export function jsonAnswer(body: Buffer, status = 200): Answer {
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body };
}
