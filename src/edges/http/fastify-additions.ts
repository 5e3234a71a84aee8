import type { Principal } from "../../core/access/index.ts";
import type { RouteAccess } from "./endpoint.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks. On open routes nobody is known: a principal that may use no tool. */
    principal: Principal;
    /** 32 lower-case hex digits. */
    traceId: string;
  }

  interface FastifyContextConfig {
    /** Who may ask; a route that does not say is for every known caller. */
    access?: RouteAccess;
    /** Keeps the route out of the latency metric. */
    streams?: true;
    /** Takes bodies of YAML. */
    takesYaml?: true;
  }
}

/** Stands for the caller where none was asked for. */
export const NOBODY: Principal = {
  id: "nobody",
  tenant: "",
  role: "agent",
  rules: { allow: [], deny: ["*"] },
};
