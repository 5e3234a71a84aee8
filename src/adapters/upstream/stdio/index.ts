export { STDIO_DEFAULTS, type StdioOptions } from "./options.ts";
export {
  createProcessGroups,
  type GroupedProcess,
  type ProcessGroups,
  type ProcessGroupsDeps,
} from "./process-groups.ts";
export { createProcessLauncher } from "./process-launcher.ts";
export { createStdioLinkFactory, type StdioLinkDeps } from "./stdio-link.ts";
