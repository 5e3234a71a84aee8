/** Answers of the HTTP API as a daemon with one server would give them. */

export const USERS_TOOL = {
  id: "users__search_users",
  server: "users",
  name: "search_users",
  description: "Finds users by name, e-mail or company.",
  health: "ready",
} as const;

export const SEARCH_SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", description: "Part of the name." },
    limit: { type: "integer" },
  },
  required: ["name"],
} as const;

export const FOUND = {
  tools: [
    { ...USERS_TOOL, score: 0.831 },
    { ...USERS_TOOL, id: "users__add_user", name: "add_user", description: "Adds.", score: 0.2 },
  ],
  abstained: false,
  mode: "hybrid",
  tokens: { catalogue: 12_345, returned: 320 },
  tookMs: 1.26,
} as const;

export const SERVER = {
  id: "users",
  state: "ready",
  since: 1_700_000_000_000,
  tags: ["people"],
  tools: 5,
  circuit: { state: "closed", forced: false, failures: 0, retryAfterMs: 0 },
  transport: "websocket",
  target: "ws://127.0.0.1:8711",
  source: "overlay",
} as const;

export const CALL_META = {
  server: "users",
  tool: "users__search_users",
  cache: "none",
  attempts: 1,
  circuit: "closed",
  durationMs: 12.3,
  traceId: "0af7651916cd43dd8448eb211c80319c",
} as const;

export const CALLED = {
  content: [{ type: "text", text: "Alice Adams" }],
  isError: false,
  meta: CALL_META,
} as const;

export const STATUS = {
  version: "1.2.3",
  startedAt: 1_700_000_000_000,
  uptimeMs: 3_723_000,
  pid: 4242,
  rssBytes: 98_765_432,
  servers: {
    total: 3,
    connecting: 0,
    ready: 2,
    degraded: 0,
    disconnected: 1,
    "needs-auth": 0,
    disabled: 0,
  },
  tools: 1234,
  callsInFlight: 2,
  plansRunning: 1,
  composites: 3,
  discovery: {
    indexedTools: 1230,
    model: "builtin-v1",
    dimension: 384,
    index: "exact",
    notes: ["FAISS could not be loaded."],
  },
  tokens: { catalogue: 56_789 },
} as const;

export const TOKENS = {
  catalogue: 10_000,
  surface: 700,
  servers: [
    { id: "files", tools: 12, tokens: 2000 },
    { id: "users", tools: 5, tokens: 8000 },
  ],
  tokenizer: "o200k_base",
} as const;

export const TOOL_LIST = { tools: [USERS_TOOL], total: 1 } as const;

export const CACHE_STATS = {
  mode: "declared",
  l1: {
    hits: 1_200,
    misses: 300,
    entries: 250,
    bytes: 1_048_576,
    maxBytes: 134_217_728,
    maxEntries: 100_000,
  },
  l2: {
    hits: 100,
    misses: 200,
    state: "ready",
    target: "redis://127.0.0.1:6379/0",
    since: 1_700_000_000_000,
  },
  l3: { hits: 0, misses: 0, entries: 0, bytes: 0 },
  savedMs: 260_000,
  tools: [
    {
      tool: "users__search_users",
      hits: 1_300,
      misses: 200,
      coalesced: 40,
      stale: 3,
      savedMs: 260_000,
    },
  ],
  remarks: [],
} as const;

export const CACHE_EXPLAINED = {
  tool: "users__search_users",
  policy: {
    cached: true,
    why: 'The configuration of server "users" sets cache.ttlMs to 60000.',
    coalesced: true,
    ttlMs: 60_000,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 86_400_000,
    scope: "identity",
    tags: [],
    ignoreArguments: [],
    vary: [],
    invalidates: [],
  },
  key: "k".repeat(43),
} as const;

export const CACHE_SUGGESTIONS = {
  suggestions: [
    {
      tool: "users__search_users",
      server: "users",
      name: "search_users",
      repeats: 40,
      alike: 40,
      medianGapMs: 2_000,
      longestAlikeMs: 90_000,
      suggestedTtlMs: 60_000,
      wouldHaveSavedMs: 12_000,
    },
  ],
} as const;

export const WHOLE_TOOL = {
  ...USERS_TOOL,
  inputSchema: SEARCH_SCHEMA,
  readOnly: true,
  flags: [],
  fingerprint: "ab".repeat(32),
  cache: CACHE_EXPLAINED.policy,
  alternates: [],
} as const;
