import type { OwnedAbort } from "../../kernel/abort.ts";
import { sleep, type Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { ClientInfo } from "../../mcp/client-codec.ts";
import { createConnection, type Connection } from "./connection.ts";
import type { ConnectionBudget } from "./connection-budget.ts";
import type { EraVerdicts } from "./era-verdicts.ts";
import { openConversation, type Negotiated } from "./handshake.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { limitedAbort } from "./limited-abort.ts";
import { LinkError, type Link, type LinkFactory } from "./link.ts";
import type { LaunchedProcess, ProcessLauncher } from "./process-launcher.ts";
import { createRequestIds, type RequestIds } from "./request-ids.ts";
import type { EndpointSpec, LaunchSpec, ServerSpec } from "./server-spec.ts";

/** The adapters that open links, by transport. */
export type LinkFactories = {
  readonly [Transport in EndpointSpec["transport"]]: LinkFactory<Transport>;
};

/** Opens connections: link, process where needed, conversation. */
export interface Connector {
  /**
   * Tries the server's endpoints in order, the first `endpointCount` of them (default all), within
   * the server's start-up time.
   * @throws LinkError of the last endpoint tried, or the signal's reason.
   */
  open(request: OpenRequest, signal: AbortSignal): Promise<Connection>;
}

export interface OpenRequest {
  readonly spec: ServerSpec;
  readonly endpointCount?: number;
  /** Whether the processes behind URLs are started; else they are there already. */
  readonly launches: boolean;
  readonly onStderr: (line: string) => void;
  /** Hears that the server says that what it holds has changed. */
  readonly onChanged: () => void;
}

export interface ConnectorDeps {
  readonly links: LinkFactories;
  readonly launcher: ProcessLauncher;
  readonly budget: ConnectionBudget;
  readonly verdicts: EraVerdicts;
  readonly client: ClientInfo;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long to wait before a launched server's URL is tried again. */
const LAUNCH_POLL_MS = 100;
const PORT_GRACE_MS = 1_500;

/** Makes a connector. */
export function createConnector(
  options: { readonly eraProbeTimeoutMs: number },
  deps: ConnectorDeps,
): Connector {
  return new EndpointConnector(options, deps);
}

/** One endpoint being opened. */
interface Attempt {
  readonly endpoint: EndpointSpec;
  readonly request: OpenRequest;
  readonly log: Logger;
  readonly abort: OwnedAbort;
}

class EndpointConnector implements Connector {
  readonly #options: { readonly eraProbeTimeoutMs: number };
  readonly #deps: ConnectorDeps;

  constructor(options: { readonly eraProbeTimeoutMs: number }, deps: ConnectorDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  async open(request: OpenRequest, signal: AbortSignal): Promise<Connection> {
    const { endpoints, startupTimeoutMs } = request.spec;
    const candidates = endpoints.slice(0, request.endpointCount ?? endpoints.length);
    const deadline = this.#deps.clock.monotonic() + startupTimeoutMs;
    let failure: unknown = new LinkError("connect", "no endpoint is configured", {
      reached: false,
    });
    for (const [index, endpoint] of candidates.entries()) {
      const leftMs = deadline - this.#deps.clock.monotonic();
      const shareMs = Math.max(1, leftMs / (candidates.length - index));
      try {
        return await this.#openWithin(shareMs, { request, endpoint, index, signal });
      } catch (error) {
        signal.throwIfAborted();
        failure = error;
      }
    }
    throw failure;
  }

  async #openWithin(
    limitMs: number,
    target: { request: OpenRequest; endpoint: EndpointSpec; index: number; signal: AbortSignal },
  ): Promise<Connection> {
    const { request, endpoint, index } = target;
    const isStdio = endpoint.transport === "stdio";
    const needsChild = isStdio || (request.launches && endpoint.launch !== undefined);
    const lease = this.#deps.budget.take(request.spec.id, needsChild);
    using abort = limitedAbort(target.signal, {
      clock: this.#deps.clock,
      limitMs,
      reason: () => {
        // The milliseconds already spent are nobody's setting: the next ten is.
        const shownMs = Math.ceil(limitMs / 10) * 10;
        return new LinkError("connect", `not ready within ${shownMs} ms`, { reached: false });
      },
    });
    const log = this.#deps.log.child({ server: request.spec.id });
    try {
      const opened = await this.#reach({ endpoint, request, log, abort });
      const { clock } = this.#deps;
      return createConnection({ ...opened, endpoint, endpointIndex: index, lease, clock });
    } catch (error) {
      lease[Symbol.dispose]();
      throw error;
    }
  }

  #reach(attempt: Attempt): Promise<Opened> {
    const { endpoint, request } = attempt;
    if (endpoint.transport === "stdio") return this.#openStdio(attempt);
    if (endpoint.launch === undefined || !request.launches) return this.#converse(attempt);
    return this.#openLaunched(attempt, { url: endpoint.url, launch: endpoint.launch });
  }

  /** Some legacy servers end when the first thing they read is not `initialize`: start them again. */
  async #openStdio(attempt: Attempt): Promise<Opened> {
    const { verdicts } = this.#deps;
    if (verdicts.expected(attempt.endpoint) !== undefined) return this.#converse(attempt);
    try {
      return await this.#converse(attempt);
    } catch (error) {
      if (!(error instanceof LinkError) || error.kind !== "closed") throw error;
      attempt.abort.signal.throwIfAborted();
      verdicts.remember(attempt.endpoint, "legacy");
      return this.#converse(attempt);
    }
  }

  async #openLaunched(
    attempt: Attempt,
    target: { readonly url: string; readonly launch: LaunchSpec },
  ): Promise<Opened> {
    const { launcher } = this.#deps;
    const { signal } = attempt.abort;
    if (await this.#isTaken(target.url, signal)) {
      const message =
        "something else already listens at the URL, so the command was not started: " +
        "stop it, or leave `command` out to use it as it is";
      throw new LinkError("connect", message, { reached: false });
    }
    const process = await launcher.launch(target.launch, attempt.request.onStderr);
    let opened: Opened | undefined;
    void process.ended.then((how) => {
      const message = `the launched process ${how}`;
      opened?.inbox.handlers.onClose(new LinkError("closed", message, { reached: true }));
      attempt.abort.abort(new LinkError("connect", message, { reached: false }));
    });
    try {
      opened = await this.#converseWhenUp(attempt);
      return { ...opened, process };
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A server that has just ended, or whose gateway has, may hold its port a little longer. */
  async #isTaken(url: string, signal: AbortSignal): Promise<boolean> {
    const { clock, launcher } = this.#deps;
    const giveUpAt = clock.monotonic() + PORT_GRACE_MS;
    while (await launcher.isListening(url, signal)) {
      if (clock.monotonic() >= giveUpAt) return true;
      await sleep(clock, LAUNCH_POLL_MS, signal);
    }
    return false;
  }

  async #converseWhenUp(attempt: Attempt): Promise<Opened> {
    const { signal } = attempt.abort;
    for (;;) {
      try {
        return await this.#converse(attempt);
      } catch (error) {
        signal.throwIfAborted();
        const isStarting =
          error instanceof LinkError && (error.kind === "connect" || error.kind === "overloaded");
        if (!isStarting) throw error;
        await sleep(this.#deps.clock, LAUNCH_POLL_MS, signal);
      }
    }
  }

  async #converse(attempt: Attempt): Promise<Opened> {
    const { endpoint, log, request } = attempt;
    const { verdicts, client, clock } = this.#deps;
    const { signal } = attempt.abort;
    const expected = verdicts.expected(endpoint);
    const ids = createRequestIds();
    const inbox = createInbox({ log, onStderr: request.onStderr, onChanged: request.onChanged });
    const link = await openLink(this.#deps.links, { endpoint, inbox, signal });
    inbox.attach(link);
    try {
      const probeTimeoutMs = this.#options.eraProbeTimeoutMs;
      const negotiated = await openConversation(
        { link, ids, client, clock, probeTimeoutMs, expected },
        signal,
      );
      const { era } = negotiated.codec;
      if (era !== expected) verdicts.remember(endpoint, era);
      return { link, inbox, ids, negotiated };
    } catch (error) {
      await link[Symbol.asyncDispose]();
      throw signal.aborted ? signal.reason : error;
    }
  }
}

interface Opened {
  readonly link: Link;
  readonly inbox: Inbox;
  readonly ids: RequestIds;
  readonly negotiated: Negotiated;
  readonly process?: LaunchedProcess;
}

function openLink(
  links: LinkFactories,
  target: { readonly endpoint: EndpointSpec; readonly inbox: Inbox; readonly signal: AbortSignal },
): Promise<Link> {
  const { endpoint, signal } = target;
  const { handlers } = target.inbox;
  switch (endpoint.transport) {
    case "stdio":
      return links.stdio.open(endpoint, handlers, signal);
    case "websocket":
      return links.websocket.open({ ...endpoint, transport: "websocket" }, handlers, signal);
    case "sse":
      return links.sse.open({ ...endpoint, transport: "sse" }, handlers, signal);
    case "streamable-http":
      return links["streamable-http"].open(
        { ...endpoint, transport: "streamable-http" },
        handlers,
        signal,
      );
  }
}
