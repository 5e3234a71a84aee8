import type { Clock } from "../../kernel/clock.ts";
import { sleep } from "../../kernel/clock.ts";
import { childAbort } from "../../kernel/abort.ts";
import type { JsonValue } from "../../kernel/json.ts";
import {
  createLegacyCodec,
  createModernCodec,
  type ClientCodec,
  type ClientInfo,
} from "../../mcp/client-codec.ts";
import type { RpcError } from "../../mcp/frame.ts";
import {
  isRevision,
  LATEST_LEGACY_REVISION,
  LEGACY_REVISIONS,
  MODERN_REVISION,
  type Era,
} from "../../mcp/revisions.ts";
import { MODERN_ONLY_CODES, RPC } from "../../mcp/rpc-codes.ts";
import {
  readDiscovery,
  readInitialize,
  readSupportedVersions,
  type ServerIdentity,
} from "../../mcp/server-identity.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import { LinkError, type Link, type LinkAnswer } from "./link.ts";
import type { RequestIds } from "./request-ids.ts";

/** What a connection's opening settled. */
export interface Negotiated {
  readonly codec: ClientCodec;
  readonly identity: ServerIdentity;
}

/** What is needed to open a conversation on a link. */
export interface HandshakeDeps {
  readonly link: Link;
  readonly ids: RequestIds;
  readonly client: ClientInfo;
  readonly clock: Clock;
  readonly probeTimeoutMs: number;
  /** `legacy` skips the modern probe. */
  readonly expected: Era | undefined;
}

/** What `server/discover` brought: a modern conversation, or the ground for opening a legacy one. */
type Probe =
  | { readonly kind: "modern"; readonly negotiated: Negotiated }
  | { readonly kind: "not-modern" };

/**
 * Finds out which era a server speaks and opens the conversation: `server/discover` first; any answer
 * that is not a modern one means `initialize`. When the probe stays unanswered, `initialize` is sent
 * beside it, and whichever succeeds first decides.
 *
 * @throws LinkError when neither works, or the signal's reason.
 */
export async function openConversation(
  deps: HandshakeDeps,
  signal: AbortSignal,
): Promise<Negotiated> {
  if (deps.expected === "legacy") return openKnownLegacy(deps, signal);
  using attempt = childAbort(signal);
  const probe = discover(deps, attempt.signal);
  const patience = sleep(deps.clock, deps.probeTimeoutMs, attempt.signal).then(
    () => "silent" as const,
  );
  try {
    const first = await Promise.race([probe, patience]);
    if (first === "silent") return await eitherEra(probe, initialize(deps, attempt.signal));
    return first.kind === "modern" ? first.negotiated : await initialize(deps, attempt.signal);
  } finally {
    attempt.abort(new Error("the conversation's opening is settled"));
    patience.catch(() => undefined);
    probe.catch(() => undefined);
  }
}

/** A server that was legacy may have been replaced by one that is modern only. */
async function openKnownLegacy(deps: HandshakeDeps, signal: AbortSignal): Promise<Negotiated> {
  try {
    return await initialize(deps, signal);
  } catch (error) {
    if (!(error instanceof EraMismatch)) throw error;
    const probe = await discover(deps, signal);
    if (probe.kind === "modern") return probe.negotiated;
    throw error;
  }
}

async function eitherEra(probe: Promise<Probe>, legacy: Promise<Negotiated>): Promise<Negotiated> {
  const modern = probe.then((answer) => {
    if (answer.kind === "modern") return answer.negotiated;
    throw new Error("not modern");
  });
  try {
    return await Promise.any([modern, legacy]);
  } catch {
    return legacy;
  }
}

async function discover(deps: HandshakeDeps, signal: AbortSignal): Promise<Probe> {
  const codec = createModernCodec(deps.client);
  const params = codec.params();
  let answer: LinkAnswer;
  try {
    answer = await deps.link.request(
      {
        id: deps.ids.next(),
        method: "server/discover",
        revision: MODERN_REVISION,
        ...(params && { params }),
      },
      signal,
    );
  } catch (error) {
    if (isHttpRefusal(error)) return { kind: "not-modern" };
    throw error;
  }
  if (answer.frame.kind === "error") return judgeError(answer.frame.error);
  const discovery = readDiscovery(valueOf(answer));
  if (discovery === undefined || !discovery.supportedVersions.includes(MODERN_REVISION)) {
    return { kind: "not-modern" };
  }
  return { kind: "modern", negotiated: { codec, identity: discovery.identity } };
}

/** An HTTP status without a JSON-RPC body says nothing modern; refusals and overload say nothing at all. */
function isHttpRefusal(error: unknown): boolean {
  return error instanceof LinkError && error.kind === "protocol" && error.httpStatus !== undefined;
}

function judgeError(error: RpcError): Probe {
  if (!MODERN_ONLY_CODES.has(error.code)) return { kind: "not-modern" };
  const supported = readSupportedVersions(dataOf(error));
  const speaksLegacy = LEGACY_REVISIONS.some((revision) => supported.includes(revision));
  if (error.code === RPC.unsupportedProtocolVersion && speaksLegacy) return { kind: "not-modern" };
  throw new LinkError("protocol", `server/discover was refused: ${error.message} (${error.code})`, {
    reached: true,
  });
}

async function initialize(deps: HandshakeDeps, signal: AbortSignal): Promise<Negotiated> {
  const { link, client } = deps;
  const params = toRawJson({
    protocolVersion: LATEST_LEGACY_REVISION,
    capabilities: {},
    clientInfo: { name: client.name, version: client.version },
  });
  const answer = await link.request({ id: deps.ids.next(), method: "initialize", params }, signal);
  if (answer.frame.kind === "error") throw refusal(answer.frame.error);
  const opening = readInitialize(valueOf(answer));
  const revision = opening?.protocolVersion;
  if (opening === undefined || !isRevision(revision) || revision === MODERN_REVISION) {
    const named = revision === undefined ? "no protocol version" : `protocol version ${revision}`;
    throw new LinkError("protocol", `the server answered initialize with ${named.slice(0, 80)}`, {
      reached: true,
    });
  }
  await link.notify({ method: "notifications/initialized", revision });
  return { codec: createLegacyCodec(revision), identity: opening.identity };
}

/** Says that `initialize` met a server that knows only modern revisions. */
class EraMismatch extends LinkError {}

function refusal(error: RpcError): LinkError {
  const Kind = MODERN_ONLY_CODES.has(error.code) ? EraMismatch : LinkError;
  return new Kind("protocol", `initialize was refused: ${error.message} (${error.code})`, {
    reached: true,
  });
}

function valueOf({ frame }: LinkAnswer): JsonValue {
  if (frame.kind === "error") return null;
  try {
    return frame.result.value();
  } catch {
    return null;
  }
}

function dataOf(error: RpcError): JsonValue | undefined {
  try {
    return error.data?.value();
  } catch {
    return undefined;
  }
}
