import type { DataDirHolder } from "../../adapters/files/index.ts";
import type { DaemonProcess } from "../../edges/cli/host.ts";

/** Follows one daemon's process through its data directory, also when it cannot be reached any more. */
export function watchProcess(
  daemon: DataDirHolder,
  findHolder: () => Promise<DataDirHolder | undefined>,
): DaemonProcess {
  const { pid, since } = daemon;
  let stopsBy = daemon.address?.stopsBy;
  return {
    pid,
    async look() {
      const holder = await findHolder();
      if (holder?.pid !== pid || holder.since !== since) return { kind: "ended" };
      stopsBy = holder.address?.stopsBy ?? stopsBy;
      if (stopsBy === undefined) return { kind: "running" };
      return { kind: "stopping", endsWithinMs: stopsBy - Date.now() };
    },
  };
}
