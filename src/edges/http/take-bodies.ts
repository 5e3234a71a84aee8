import type { FastifyInstance } from "fastify";
import { yamlToJson } from "./yaml-body.ts";

const JSON_TYPES = ["application/json", /^application\/[\w.+-]+\+json/];
const YAML_TYPES = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

/**
 * Bodies stay bytes: endpoints read them, so that what is relayed is never parsed and rounded. YAML
 * is written as JSON for the routes that take it, and refused by all others.
 */
export function takeBodies(app: FastifyInstance, maxBodyBytes: number): void {
  app.removeAllContentTypeParsers();
  for (const type of JSON_TYPES) {
    app.addContentTypeParser(type, { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
  }
  app.addContentTypeParser(YAML_TYPES, { parseAs: "buffer" }, (request, body: Buffer, done) => {
    if (request.routeOptions.config.takesYaml !== true) return done(notTaken());
    try {
      done(null, yamlToJson(body, maxBodyBytes));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** What fastify itself says of a type that nobody takes. */
function notTaken(): Error {
  return Object.assign(new Error("YAML is not taken here."), {
    code: "FST_ERR_CTP_INVALID_MEDIA_TYPE",
  });
}
