import type { z } from "zod";
import type { Role } from "../../core/access/index.ts";
import type { ErrorCode } from "../../kernel/errors.ts";
import { readInput, readQuery } from "../../contract/index.ts";
import type { Incoming } from "./incoming.ts";
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
  /** The data of its events. */
  readonly streamSchema?: z.ZodType;
}

/** All that is told of an endpoint: it is registered and documented from this. */
export interface EndpointDescription {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters stand in braces. */
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly tag:
    | "tools"
    | "plans"
    | "cache"
    | "results"
    | "servers"
    | "events"
    | "socket"
    | "daemon";
  readonly summary: string;
  readonly description?: string;
  readonly access: RouteAccess;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Hands the body over as the bytes that came; the endpoint reads it by `body` itself. */
  readonly rawBody?: true;
  /** Takes the body as YAML too; it is JSON by the time the endpoint reads it. */
  readonly takesYaml?: true;
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
export interface Exchange<
  Description extends EndpointDescription = EndpointDescription,
> extends Omit<Incoming, "params" | "query" | "body"> {
  readonly params: ParamsOf<Description["path"]>;
  readonly query: QueryOf<Description>;
  readonly body: BodyOf<Description>;
}

/** An endpoint: what is told of it, and how it answers. */
export interface Endpoint extends EndpointDescription {
  answer(incoming: Incoming): unknown;
}

/** Joins a description with a handler; what the handler gives is sent as JSON, unless it is the reply itself. */
export function endpoint<const Description extends EndpointDescription>(
  description: Description,
  handle: (exchange: Exchange<Description>) => unknown,
): Endpoint {
  return {
    ...description,
    answer: (incoming) =>
      handle({
        ...incoming,
        query: readQueryOf(description, incoming),
        body: readBodyOf(description, incoming),
      } as Exchange<Description>),
  };
}

function readQueryOf({ query }: EndpointDescription, incoming: Incoming): unknown {
  return query && readQuery(query, incoming.query);
}

function readBodyOf({ body, rawBody }: EndpointDescription, incoming: Incoming): unknown {
  if (body === undefined) return undefined;
  if (rawBody) return incoming.body ?? Buffer.alloc(0);
  return readInput(body, readJsonBody(incoming.body));
}
