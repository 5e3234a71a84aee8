import { z } from "zod";
import type { ErrorCode } from "../../kernel/errors.ts";
import { NAMED_SCHEMAS } from "../../contract/index.ts";
import type { AnswerDescription, Endpoint } from "./endpoint.ts";
import { PROBLEM_KINDS } from "./status-codes.ts";

type Json = Record<string, unknown>;

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Json>>;
  readonly security: readonly Json[];
}

/** One endpoint in the document. */
export interface Operation extends Json {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, Json>>;
}

/** A parameter of an endpoint: in its path, its query or a header. */
export interface Parameter extends Json {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: unknown;
}

/** What can go wrong at every endpoint. */
const ANYWHERE: readonly ErrorCode[] = ["forbidden", "internal"];
const WHERE_KNOWN: readonly ErrorCode[] = ["unauthenticated"];
const WITH_BODY: readonly ErrorCode[] = ["invalid-request", "payload-too-large"];

/** Describes the endpoints as they are registered. */
export function buildOpenApi(endpoints: readonly Endpoint[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    const operations = (paths[endpoint.path] ??= {});
    operations[endpoint.method.toLowerCase()] = toOperation(endpoint);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Switchboard",
      version,
      description:
        "Find tools among many MCP servers by what they do, and call them. Failures are answered " +
        "as application/problem+json with a stable code.",
    },
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
  };
}

function toOperation(endpoint: Endpoint): Operation {
  const { operationId, summary, description, tag, access, body, takesYaml } = endpoint;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(access === "open" ? { security: [{}] } : {}),
    ...(typeof access === "object" ? { "x-required-role": access.role } : {}),
    parameters: parametersOf(endpoint),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: bodyContent(body, takesYaml) } }),
    responses: { ...answersOf(endpoint), ...problemsOf(endpoint) },
  };
}

function bodyContent(body: z.ZodType, takesYaml: true | undefined): Json {
  const content = contentOf(body);
  return { "application/json": content, ...(takesYaml && { "application/yaml": content }) };
}

function parametersOf({ path, query, headers = {} }: Endpoint): Parameter[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path" as const,
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = plainSchema(schema as z.ZodType);
    return {
      name,
      in: "query" as const,
      required: false,
      ...(typeof description === "string" ? { description } : {}),
      schema: rest,
    };
  });
  const inHeader = Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header" as const,
    required: false,
    description,
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function answersOf({ answers }: Endpoint): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, toResponse(answer)]),
  );
}

function toResponse(answer: AnswerDescription): Json {
  const { schema, mediaType, stream, streamSchema } = answer;
  const description =
    stream === undefined ? answer.description : `${answer.description} As events: ${stream}`;
  const content: Json = {};
  if (schema !== undefined) content[mediaType ?? "application/json"] = contentOf(schema);
  else if (mediaType !== undefined) content[mediaType] = { schema: { type: "string" } };
  if (stream !== undefined) {
    content["text/event-stream"] =
      streamSchema === undefined ? { schema: { type: "string" } } : contentOf(streamSchema);
  }
  return Object.keys(content).length === 0 ? { description } : { description, content };
}

function problemsOf({ access, body, query, failures }: Endpoint): Record<string, Json> {
  const codes = [
    ...failures,
    ...(body === undefined ? [] : WITH_BODY),
    ...(query === undefined ? [] : WITH_BODY.slice(0, 1)),
    ...(access === "open" ? [] : WHERE_KNOWN),
    ...ANYWHERE,
  ];
  const byStatus = new Map<number, Set<ErrorCode>>();
  for (const code of codes) {
    const { status } = PROBLEM_KINDS[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      {
        description: `Problem with code ${[...names].join(", ")}.`,
        content: { "application/problem+json": contentOf(NAMED_SCHEMAS.Problem) },
      },
    ]),
  );
}

function contentOf(schema: z.ZodType): Json {
  const [name] = Object.entries(NAMED_SCHEMAS).find(([, named]) => named === schema) ?? [];
  return {
    schema: name === undefined ? plainSchema(schema) : { $ref: schemaRef(name) },
  };
}

function plainSchema(schema: z.ZodType): Json {
  return withoutIdentity(z.toJSONSchema(schema, { io: "input" }));
}

/** In an OpenAPI document schemas go by their place, and the dialect is known. */
function withoutIdentity(schema: Json): Json {
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id"),
  );
}

function schemaRef(name: string): string {
  return `#/components/schemas/${name}`;
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED_SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: schemaRef });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, withoutIdentity(schema)]),
  );
}
