import { Cluster, type Redis } from "ioredis";
import { abortable } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { withinDeadline } from "./deadline.ts";
import { createHealth, type Health } from "./health.ts";
import {
  closeClient,
  createCommandClient,
  createListener,
  type ClientTerms,
  type CommandClient,
} from "./redis-clients.ts";
import { causeOf, isReply, isUseless, RedisAwayError } from "./redis-trouble.ts";
import { askForRoom, leastRoom, type Room } from "./room.ts";

/** What a session is opened with. */
export interface SessionTerms extends ClientTerms {
  readonly channel: string;
  readonly onMessage: (text: string) => void;
  /** Told at every beat. */
  readonly onRoom: (room: Room) => void;
}

/** How often both connections are asked for a sign of life, in milliseconds. */
const BEAT_MS = 1_000;

/** One connection for commands and one that hears messages. When either is lost, so is the session. */
export class RedisSession implements Disposable {
  /** Resolves with the reason when it is lost or disposed. */
  readonly lost: Promise<unknown>;
  readonly #commands: CommandClient;
  readonly #listener: Redis;
  readonly #terms: SessionTerms;
  readonly #clock: Clock;
  readonly #health: Health;
  #end: (reason: unknown) => void = () => undefined;
  #isLost = false;
  #room: Room = "unknown";
  #beat: Disposable | undefined;

  /**
   * Connects and subscribes within `connectTimeoutMs`, and sees to it that answers come in time.
   * @throws Error with the reason; then nothing is left open.
   */
  static async open(terms: SessionTerms, clock: Clock, signal: AbortSignal): Promise<RedisSession> {
    const clients = createClientSet();
    try {
      const opening = connectAll(terms, clients);
      const limited = withinDeadline(opening, terms.options.connectTimeoutMs, clock);
      const [commands, listener] = await abortable(limited, signal);
      const session = new RedisSession(terms, { commands, listener, clock });
      await abortable(session.#greet(), signal);
      session.#keepWatch();
      session.#beatLater();
      return session;
    } catch (error) {
      clients[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(
    terms: SessionTerms,
    parts: {
      readonly commands: CommandClient;
      readonly listener: Redis;
      readonly clock: Clock;
    },
  ) {
    this.#terms = terms;
    this.#commands = parts.commands;
    this.#listener = parts.listener;
    this.#clock = parts.clock;
    this.#health = createHealth(terms.options.commandTimeoutMs, parts.clock);
    this.lost = new Promise((resolve) => (this.#end = resolve));
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Whether it took entries when it was last asked. */
  get room(): Room {
    return this.#room;
  }

  /**
   * Asks Redis for something. Too many failures, or an answer that says it is of no use, lose the session.
   * @throws RedisTimeoutError; RedisAwayError when the session is lost; Redis' own error.
   */
  async ask<Answer>(
    command: (client: CommandClient) => Promise<Answer>,
    timeoutMs = this.#terms.options.commandTimeoutMs,
  ): Promise<Answer> {
    if (this.#isLost) throw new RedisAwayError("the connection was lost");
    try {
      const answer = await withinDeadline(command(this.#commands), timeoutMs, this.#clock);
      this.#health.answered();
      return answer;
    } catch (error) {
      this.#judge(error);
      throw error;
    }
  }

  /** Gives it up; everything under way fails. */
  lose(reason: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#beat?.[Symbol.dispose]();
    closeClient(this.#commands);
    closeClient(this.#listener);
    this.#end(reason);
  }

  [Symbol.dispose](): void {
    this.lose(new RedisAwayError("it was closed"));
  }

  /** The first round connects to the nodes; the second shows whether they answer in time, and take entries. */
  async #greet(): Promise<void> {
    const { connectTimeoutMs, commandTimeoutMs } = this.#terms.options;
    await withinDeadline(
      this.#ofAll((node) => node.ping()),
      connectTimeoutMs,
      this.#clock,
    );
    const rooms = await withinDeadline(this.#ofAll(askForRoom), commandTimeoutMs, this.#clock);
    this.#room = leastRoom(rooms);
  }

  /** Every node that holds entries must answer. */
  #ofAll<Answer>(question: (node: Redis) => Promise<Answer>): Promise<Answer[]> {
    const commands = this.#commands;
    const nodes = commands instanceof Cluster ? commands.nodes("master") : [commands];
    return Promise.all(nodes.map(question));
  }

  #judge(error: unknown): void {
    const isAnswer = isReply(error);
    if (isAnswer && !isUseless(error)) return this.#health.answered();
    if (isAnswer || this.#health.failed()) this.lose(error);
  }

  #keepWatch(): void {
    const commands = this.#commands;
    const ended = (): void => this.lose(new RedisAwayError("the connection was cut"));
    if ([commands.status, this.#listener.status].includes("end")) ended();
    commands.on("end", ended);
    this.#listener.on("end", ended);
    if (!(commands instanceof Cluster)) return;
    // Whoever takes its place may not know yet what it knew last.
    const masters = new Set(commands.nodes("master"));
    commands.on("-node", (node: Redis) => {
      if (masters.has(node)) this.lose(new RedisAwayError("a node of the cluster is gone"));
    });
  }

  /** Without calls, too, it is noticed when one of the connections has died. */
  #beatLater(): void {
    this.#beat = this.#clock.after(BEAT_MS, () => void this.#checkPulse());
  }

  async #checkPulse(): Promise<void> {
    const hears = withinDeadline(this.#listener.ping(), BEAT_MS, this.#clock);
    const answers = this.ask(() => this.#ofAll(askForRoom)).catch(() => undefined);
    await hears.catch((error: unknown) => this.lose(error));
    const rooms = await answers;
    if (this.#isLost) return;
    if (rooms !== undefined) this.#terms.onRoom((this.#room = leastRoom(rooms)));
    this.#beatLater();
  }
}

/** Clients that are closed together; one that comes too late is closed at once. */
interface ClientSet extends Disposable {
  add<Client extends Redis | Cluster>(client: Client): Client;
}

function createClientSet(): ClientSet {
  const clients: (Redis | Cluster)[] = [];
  let isClosed = false;
  return {
    add(client) {
      if (isClosed) throw new RedisAwayError("it was closed");
      clients.push(client);
      return client;
    },
    [Symbol.dispose]() {
      isClosed = true;
      for (const client of clients) closeClient(client);
    },
  };
}

async function connectAll(
  terms: SessionTerms,
  clients: ClientSet,
): Promise<readonly [CommandClient, Redis]> {
  const commands = clients.add(createCommandClient(terms));
  await connect(commands);
  const { place } = terms;
  // The library selects it, too, but stays in database 0 when that fails.
  if (place.kind !== "cluster" && place.db !== 0) await (commands as Redis).select(place.db);
  const listener = clients.add(createListener(terms, commands));
  listener.on("message", (_, text: string) => terms.onMessage(text));
  await connect(listener);
  await listener.subscribe(terms.channel);
  return [commands, listener];
}

/** What `connect` itself rejects with says only that there is no connection; the events say why. */
async function connect(client: Redis | Cluster): Promise<void> {
  let reason: unknown;
  const note = (error: unknown): void => {
    // The socket's own errors come after, and sometimes before, the one that tells.
    if (reason === undefined || causeOf(error) === "stranger") reason = error;
  };
  client.on("error", note);
  if (client instanceof Cluster) client.on("node error", note);
  try {
    await client.connect();
  } catch (error) {
    throw reason ?? error;
  }
}
