import type { Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import {
  createDuplexLink,
  LinkError,
  type DuplexLink,
  type LinkFactory,
  type LinkHandlers,
} from "../../../core/upstream/index.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { readLogLines } from "./log-lines.ts";
import type { StdioOptions } from "./options.ts";
import type { GroupedProcess, ProcessGroups } from "./process-groups.ts";

/** What stdio links need from outside. */
export interface StdioLinkDeps {
  readonly groups: ProcessGroups;
  readonly clock: Clock;
  readonly log: Logger;
}

const NEWLINE = /* @__PURE__ */ new TextEncoder().encode("\n");
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** Output that a process wrote before it ended may still be in the pipe. */
const FINAL_OUTPUT_MS = 200;

/** Makes the factory of links to child processes: one message per line on stdin and stdout. */
export function createStdioLinkFactory(
  options: StdioOptions,
  deps: StdioLinkDeps,
): LinkFactory<"stdio"> {
  return {
    async open(endpoint, handlers, signal) {
      signal.throwIfAborted();
      const child = await deps.groups.start(endpoint.launch);
      const link = linkTo(child, { options, deps, handlers });
      if (!signal.aborted) return link;
      await link[Symbol.asyncDispose]();
      throw signal.reason;
    },
  };
}

function linkTo(
  child: GroupedProcess,
  context: {
    readonly options: StdioOptions;
    readonly deps: StdioLinkDeps;
    readonly handlers: LinkHandlers;
  },
): DuplexLink {
  const { options, deps, handlers } = context;
  const { clock, log } = deps;
  const { maxInFlight, maxBufferedBytes, maxLineBytes } = options;
  const channel = {
    pids: [child.pid],
    close: () => Promise.resolve(child[Symbol.asyncDispose]()),
    write: (message: Buffer, sent: (error?: LinkError) => void) => writeLine(child, message, sent),
  };
  const link = createDuplexLink(
    { transport: "stdio", maxInFlight, maxBufferedBytes },
    { channel, handlers, clock, log },
  );
  const fail = (kind: "closed" | "protocol", message: string): void =>
    link.fail(new LinkError(kind, message, { reached: true }));
  const lines = createLineSplitter(
    { maxLineBytes },
    {
      onLine: (line) => link.receive(line),
      onTooLong: () => {
        fail("protocol", `a line on stdout is longer than ${maxLineBytes} bytes`);
        void child[Symbol.asyncDispose]();
      },
    },
  );
  child.stdout.on("data", lines.push);
  child.stdout.on("error", () => undefined);
  const linesPerSecond = options.stderrLinesPerSecond;
  readLogLines(child.stderr, { linesPerSecond, clock }, (line) => handlers.onStderr?.(line));
  void child.ended.then((how) => {
    const say = (): void => fail("closed", `the process ${how}`);
    if (child.stdout.readableEnded) return say();
    const timer = clock.after(FINAL_OUTPUT_MS, say);
    child.stdout.once("end", () => {
      timer[Symbol.dispose]();
      say();
    });
  });
  return link;
}

/**
 * Raw line feeds in JSON stand only between tokens, where a space means the same; on this wire they
 * would end the message.
 */
function writeLine(
  child: GroupedProcess,
  message: Buffer,
  sent: (error?: LinkError) => void,
): void {
  if (message.includes(LF) || message.includes(CR)) {
    for (let at = 0; at < message.length; at++) {
      if (message[at] === LF || message[at] === CR) message[at] = SPACE;
    }
  }
  child.stdin.cork();
  child.stdin.write(message);
  child.stdin.write(NEWLINE, (error) => {
    if (error === undefined || error === null) return sent();
    sent(
      new LinkError("closed", `the process reads no more: ${error.message}`, { reached: false }),
    );
  });
  child.stdin.uncork();
}
