import type { FastifyInstance } from "fastify";
import type { RestTransport } from "../../src/edges/cli/host.ts";

/** The HTTP API of a fastify app without a socket between. */
export function injectedTransport(app: FastifyInstance): RestTransport {
  return {
    target: "this process",
    async send({ method, path, body, headers, signal, onChunk }) {
      const response = await app.inject({
        method,
        url: path,
        signal,
        payloadAsStream: true,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { payload: body }),
      });
      const chunks: Buffer[] = [];
      for await (const chunk of response.stream()) {
        chunks.push(chunk as Buffer);
        onChunk?.(chunk as Buffer);
      }
      const told: Record<string, string | undefined> = {};
      for (const [name, value] of Object.entries(response.headers)) told[name] = String(value);
      return { status: response.statusCode, headers: told, body: Buffer.concat(chunks) };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
