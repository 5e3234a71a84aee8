/** Sends a signal to a process group; `false` when the group has no members any more. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // A group that holds only processes of other users (setuid) is alive, but not ours to signal.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
