import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Principal, Role } from "../../core/access/index.ts";
import type { ErrorCode } from "../../kernel/errors.ts";
import { readInput, readQuery } from "../../contract/index.ts";
import { readJsonBody } from "./json-body.ts";

/** Who may ask: anybody, every known caller, or a role (and what it may do, for the refusal). */
export type RouteAccess =
  | "open"
  | "agent"
  | { readonly role: Exclude<Role, "agent">; readonly action: string };

/** One way an endpoint answers, for the OpenAPI document. */
export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly mediaType?: string;
  /** What `Accept: text/event-stream` gives instead. */
  readonly stream?: string;
}

/** All that is told of an endpoint: it is registered and documented from this. */
export interface EndpointDescription {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters stand in braces. */
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly tag: "tools" | "results" | "servers" | "events" | "daemon";
  readonly summary: string;
  readonly description?: string;
  readonly access: RouteAccess;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Hands the body over as the bytes that came; the endpoint reads it by `body` itself. */
  readonly rawBody?: true;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** What can go wrong here, beside what can everywhere. */
  readonly failures: readonly ErrorCode[];
  /** Answers stay open for long: they are not measured, and HEAD is not served. */
  readonly streams?: true;
}

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Readonly<Record<Name, string>> & ParamsOf<Rest>
  : Readonly<Record<never, string>>;

type QueryOf<Description> = Description extends { readonly query: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

type BodyOf<Description> = Description extends { readonly rawBody: true }
  ? Buffer
  : Description extends { readonly body: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : undefined;

/** A request as an endpoint's handler gets it: read and checked. */
export interface Exchange<Description extends EndpointDescription = EndpointDescription> {
  readonly params: ParamsOf<Description["path"]>;
  readonly query: QueryOf<Description>;
  readonly body: BodyOf<Description>;
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** An endpoint: what is told of it, and how it answers. */
export interface Endpoint extends EndpointDescription {
  answer(request: FastifyRequest, reply: FastifyReply): unknown;
}

/** Joins a description with a handler; what the handler gives is sent as JSON, unless it is the reply itself. */
export function endpoint<const Description extends EndpointDescription>(
  description: Description,
  handle: (exchange: Exchange<Description>) => unknown,
): Endpoint {
  return {
    ...description,
    answer: (request, reply) =>
      handle({
        params: request.params,
        query: readQueryOf(description, request),
        body: readBodyOf(description, request),
        principal: request.principal,
        request,
        reply,
      } as Exchange<Description>),
  };
}

function readQueryOf({ query }: EndpointDescription, request: FastifyRequest): unknown {
  return query && readQuery(query, request.query as Readonly<Record<string, unknown>>);
}

function readBodyOf({ body, rawBody }: EndpointDescription, request: FastifyRequest): unknown {
  if (body === undefined) return undefined;
  if (rawBody) return request.body ?? Buffer.alloc(0);
  return readInput(body, readJsonBody(request.body));
}
