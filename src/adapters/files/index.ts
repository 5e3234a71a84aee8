export { createCompositeFile } from "./composite-file.ts";
export { acquireDataDir, type DataDir } from "./data-dir.ts";
export { DataDirBusyError } from "./data-dir-lock.ts";
export {
  type DaemonAddress,
  type DataDirHolder,
  findDaemon,
  findHolder,
  publishDaemonAddress,
  type PublishedAddress,
} from "./daemon-file.ts";
export {
  createOverlayFile,
  type OverlayContents,
  type OverlayFile,
  type OverlayServers,
} from "./overlay-file.ts";
export { writeFileAtomically } from "./write-file-atomically.ts";
