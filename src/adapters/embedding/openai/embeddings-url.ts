const DEFAULT_URL = "https://api.openai.com/v1";

/**
 * The address that texts are posted to, from `embedding.url`: the base address with or without
 * `/embeddings`; without a path, `/v1/embeddings`. `undefined` when it is no http(s) address, or
 * holds a user name or password, which belong into `embedding.apiKey`.
 */
export function embeddingsUrl(base = DEFAULT_URL): URL | undefined {
  if (!URL.canParse(base)) return undefined;
  const url = new URL(base);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  const path = url.pathname.replace(/\/+$/, "");
  if (path === "") url.pathname = "/v1/embeddings";
  else url.pathname = path.endsWith("/embeddings") ? path : `${path}/embeddings`;
  return url;
}
