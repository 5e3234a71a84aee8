/** An answer of the REST API. */
export type RestAnswer = {
  status: number;
  headers: Headers;
  /** Byte for byte. */
  text: string;
  /** Parsed; `undefined` where it is no JSON. Integers beyond 2^53 are rounded: look at `text` then. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
};

type Extras = { headers?: Record<string, string>; signal?: AbortSignal };

/** The REST API of a daemon, as a stranger sees it. */
export type RestClient = {
  /** A body that is a text goes out as it is, all else as JSON. */
  send(method: string, path: string, request?: Extras & { body?: unknown }): Promise<RestAnswer>;
  get(path: string, extras?: Extras): Promise<RestAnswer>;
  post(path: string, body?: unknown, extras?: Extras): Promise<RestAnswer>;
  /** `POST /v1/tools/{id}/call`; `more` stands beside the arguments. */
  call(tool: string, args?: unknown, more?: object, extras?: Extras): Promise<RestAnswer>;
};

/** @param token - sent with every request. */
export function restClient(url: string, token?: string): RestClient {
  const authorisation = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const send: RestClient["send"] = async (method, path, { body, headers, signal } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...authorisation,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  return {
    send,
    get: (path, extras) => send("GET", path, extras),
    post: (path, body, extras) => send("POST", path, { ...extras, body }),
    // oxlint-disable-next-line max-params
    call: (tool, args = {}, more = {}, extras = {}) =>
      send("POST", `/v1/tools/${tool}/call`, { ...extras, body: { arguments: args, ...more } }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
