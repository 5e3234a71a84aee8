import { GatewayError } from "../../../kernel/errors.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import type { Endpoint } from "../endpoint.ts";
import { paramPlaces, type ParamPlaces } from "./socket-params.ts";

/** An endpoint as a method of the socket. */
export interface Operation {
  readonly endpoint: Endpoint;
  readonly places: ParamPlaces;
}

/** The methods of the socket: every endpoint, by its `operationId`. */
export interface Operations {
  find(method: string): Operation | undefined;
  /** The failure for a method that there is not, with the nearest name. */
  unknown(method: string): GatewayError<"unknown-route">;
}

/** Makes the methods of a list of endpoints. */
export function createOperations(endpoints: readonly Endpoint[]): Operations {
  const operations = new Map(
    endpoints.map((endpoint) => [
      endpoint.operationId,
      { endpoint, places: paramPlaces(endpoint) },
    ]),
  );
  return {
    find: (method) => operations.get(method),
    unknown(method) {
      const route = method.slice(0, 100);
      const [nearest] = nearestNames(route, [...operations.keys()], 1);
      const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
      return new GatewayError(
        "unknown-route",
        `There is no method ${JSON.stringify(route)}; methods are the operationIds of /openapi.json.${hint}`,
        { route },
      );
    },
  };
}
