import { LinkError } from "./link.ts";

/** Called once: with nothing when the message has left the process, else with why it did not. */
export type Sent = (error?: LinkError) => void;

/** Bounds what waits to leave the process over one stream. */
export interface Outbox {
  /** Bytes handed to the transport that it has not sent yet. */
  readonly bufferedBytes: number;
  /**
   * Sends a message, in order; while too much is buffered it waits (`overloaded` when too many do).
   * The function given back withdraws it: `true` when it had not been handed to the transport.
   */
  send(message: Buffer, sent: Sent): () => boolean;
  /** Refuses everything that waits and all that comes. */
  close(reason: LinkError): void;
}

interface Entry {
  readonly message: Buffer;
  readonly sent: Sent;
}

const notWithdrawn = (): boolean => false;

/** Makes an outbox that lets `maxBytes` be buffered and `maxWaiting` messages wait. */
export function createOutbox(
  options: { readonly maxBytes: number; readonly maxWaiting: number },
  write: (message: Buffer, sent: Sent) => void,
): Outbox {
  const waiting = new Set<Entry>();
  let closed: LinkError | undefined;
  let bufferedBytes = 0;

  function pass(entry: Entry): void {
    const { length } = entry.message;
    bufferedBytes += length;
    write(entry.message, (error) => {
      bufferedBytes -= length;
      entry.sent(error);
      admit();
    });
  }

  function admit(): void {
    for (const entry of waiting) {
      if (bufferedBytes >= options.maxBytes) return;
      waiting.delete(entry);
      pass(entry);
    }
  }

  function queue(entry: Entry): () => boolean {
    if (waiting.size >= options.maxWaiting) {
      const message = `${waiting.size} messages already wait for a server that does not read`;
      entry.sent(new LinkError("overloaded", message, { reached: false }));
      return notWithdrawn;
    }
    waiting.add(entry);
    return () => waiting.delete(entry);
  }

  return {
    get bufferedBytes() {
      return bufferedBytes;
    },
    send(message, sent) {
      if (closed !== undefined) {
        sent(closed);
        return notWithdrawn;
      }
      // One message may always go, however large.
      if (waiting.size > 0 || bufferedBytes >= options.maxBytes) return queue({ message, sent });
      pass({ message, sent });
      return notWithdrawn;
    },
    close(reason) {
      closed ??= reason;
      const refused = [...waiting];
      waiting.clear();
      for (const entry of refused) entry.sent(closed);
    },
  };
}
