import type { ServerEndpoint } from "./server-entry.ts";

const SECRET_PARAMETER = /key|token|secret|password|passwd|auth|sig|credential/i;

/** What of an entry must never be shown: header and variable values, and keys in a URL's query. */
export function entrySecrets(endpoints: readonly ServerEndpoint[]): string[] {
  return endpoints.flatMap((endpoint) => {
    const env = Object.values(endpoint.launch?.env ?? {});
    if (endpoint.transport === "stdio") return env;
    return [
      ...env,
      ...Object.values(endpoint.headers).flatMap(headerSecrets),
      ...urlSecrets(endpoint.url),
    ];
  });
}

/** A header's value, and without its scheme: a log may hold either. */
function headerSecrets(value: string): string[] {
  const bare = /^(?:Bearer|Basic|Token|ApiKey)\s+(\S.*)$/i.exec(value)?.[1];
  return bare === undefined ? [value] : [value, bare];
}

function urlSecrets(url: string): string[] {
  return [...new URL(url).searchParams]
    .filter(([name]) => SECRET_PARAMETER.test(name))
    .flatMap(([, value]) => [value, encodeURIComponent(value)]);
}
