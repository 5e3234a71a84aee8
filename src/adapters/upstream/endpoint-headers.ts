/** Headers that belong to the wire, whatever the config says. */
const RESERVED: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "accept",
  "connection",
  "content-length",
  "content-type",
  "host",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "sec-websocket-protocol",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** The configured headers that may be sent, with the URL's own credentials as Basic authorisation. */
export function endpointHeaders(
  url: URL,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const sent = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !RESERVED.has(name));
  const { username, password } = url;
  if (username === "" && password === "") return Object.fromEntries(sent);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  return { authorization, ...Object.fromEntries(sent) };
}

/** The same as a flat list, names and values by turns. */
export function headerLines(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers).flat();
}
