import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Gateway } from "../../core/gateway.ts";
import type { Principal } from "../../core/access/index.ts";

/** Whether the daemon can answer; what is not ready says why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

/** What a reload has to say beside that it went well. */
export interface ReloadReport {
  /** For example settings that need a restart. */
  readonly warnings: readonly string[];
}

/** A request to change protocols, as `node:http` hands it over. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What the HTTP edge needs from outside. */
export interface HttpEdgeDeps {
  readonly gateway: Gateway;
  /** All metrics in Prometheus' text format, version 0.0.4. */
  readonly metricsText: () => Promise<string>;
  readonly readiness: () => Readiness;
  /**
   * Reads the configuration anew and applies it.
   * @throws GatewayError `invalid-config` with every problem; the last good state stays.
   */
  readonly reload: () => Promise<ReloadReport>;
  /** Begins the ordered shutdown; called when the answer has been sent. */
  readonly stop: () => void;
  /** Takes an upgrade whose caller has been let in; `false` when nothing stands at its path. */
  readonly upgrade?: (upgrade: Upgrade, principal: Principal) => boolean;
}
