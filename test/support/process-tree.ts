import { readdirSync, readFileSync, readlinkSync } from "node:fs";

type ProcessState = { state: string; parentPid: number; groupId: number };

/** Whether the process runs. A zombie (ended, not yet reaped by its parent) does not. */
export function isAlive(pid: number): boolean {
  const found = readState(pid);
  return found !== undefined && found.state !== "Z" && found.state !== "X";
}

/** Living children of a process, in ascending order. Linux only, as is all of this file. */
export function childrenOf(pid: number): number[] {
  return livingPids().filter((candidate) => readState(candidate)?.parentPid === pid);
}

/** Living children, their children and so on. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Living members of a process group, the leader included. */
export function membersOfGroup(groupId: number): number[] {
  return livingPids().filter((candidate) => readState(candidate)?.groupId === groupId);
}

/** Living processes whose command line contains the text: to find what outlived its parent. */
export function processesWith(text: string): number[] {
  return livingPids().filter((pid) => pid !== process.pid && commandLineOf(pid).includes(text));
}

/** The arguments of a process, joined by spaces; empty when it is gone. */
export function commandLineOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim() ?? "";
}

function livingPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isAlive)
    .toSorted((one, other) => one - other);
}

/** The second field of /proc/PID/stat is a name in brackets that may hold spaces and brackets itself. */
function readState(pid: number): ProcessState | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) {
    return undefined;
  }
  const [state = "", parentPid, groupId] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, parentPid: Number(parentPid), groupId: Number(groupId) };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Open files of a process, by kind: sockets and all others. */
export function openFilesOf(pid: number): { sockets: number; others: number } {
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readTarget(`/proc/${pid}/fd/${fd}`));
  const sockets = targets.filter((target) => target.startsWith("socket:")).length;
  return { sockets, others: targets.length - sockets };
}

/** Resident memory of a process. */
export function residentBytesOf(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

function readTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
