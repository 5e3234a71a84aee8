import type { EndpointSpec, ServerSpec } from "./server-spec.ts";

/** Takes a server's configured secrets out of a text. */
export type Redactor = (text: string) => string;

const MIN_SECRET_LENGTH = 6;
const MASK = "***";

/**
 * Makes a redactor for what the config gives a server to keep: values of `env` and `headers`, and the
 * credentials and query values of URLs. Values shorter than 6 characters are left alone.
 */
export function createRedactor(spec: ServerSpec): Redactor {
  const secrets = new Set(spec.endpoints.flatMap(secretsOf));
  const longestFirst = [...secrets]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
}

function secretsOf(endpoint: EndpointSpec): string[] {
  const env = Object.values(endpoint.launch?.env ?? {});
  if (endpoint.transport === "stdio") return env;
  const headers = Object.values(endpoint.headers).flatMap((value) => [value, lastWord(value)]);
  return [...env, ...headers, ...urlSecrets(endpoint.url)];
}

/** `Bearer abc` may show up as `abc`. */
function lastWord(value: string): string {
  return value.slice(value.lastIndexOf(" ") + 1);
}

function urlSecrets(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const { username, password } = url;
  const plain = [username, password, ...url.searchParams.values()];
  return plain.flatMap((secret) => [secret, decode(secret), encodeURIComponent(secret)]);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
