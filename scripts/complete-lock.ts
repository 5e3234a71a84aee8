// npm leaves out of package-lock.json the optional platform packages that its registry does not
// offer at that moment (a mirror without the macOS builds, say), and `npm ci` then refuses the lock
// file. This adds them by name, version and platform, so that they are looked for on their own
// platform only. Run it after every change of dependencies: node --import tsx scripts/complete-lock.ts
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

const OS = /\b(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|aix|win32)\b/;
const CPU = /\b(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el|wasm32)\b/;

const path = process.argv[2] ?? "package-lock.json";
const lock = JSON.parse(readFileSync(path, "utf8")) as Lock;
const added: string[] = [];

for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const [os, cpu] = [OS.exec(name)?.[1], CPU.exec(name)?.[1]];
    if (key in lock.packages || os === undefined || cpu === undefined) continue;
    const dev = owner.dev === true ? { dev: true } : {};
    lock.packages[key] = { version, cpu: [cpu], ...dev, optional: true, os: [os] };
    added.push(name);
  }
}

const [root, ...others] = Object.entries(lock.packages);
if (root === undefined) throw new Error(`${path} holds no packages`);
others.sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries([root, ...others]);
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`${path}: ${added.length} platform packages added`);
