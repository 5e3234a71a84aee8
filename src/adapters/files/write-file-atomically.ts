import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Puts a text into a file so that, whatever happens, the file holds either all of the old text or
 * all of the new: written beside it, flushed to the disk, then renamed over it. A symbolic link
 * stays one, and the target is replaced.
 *
 * @param options.mode Permissions; default: those of the file as it is, else 0600.
 * @throws the file system's error; the old text then stands.
 */
export async function writeFileAtomically(
  path: string,
  text: string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = options.mode ?? (await modeOf(target)) ?? 0o600;
  const suffix = `${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const temporary = join(dirname(target), `.${basename(target)}.${suffix}`);
  try {
    await writeAndFlush(temporary, text, mode);
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await flushFolder(dirname(target));
}

async function modeOf(path: string): Promise<number | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts === undefined ? undefined : facts.mode & 0o777;
}

async function writeAndFlush(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.chmod(mode);
    await file.writeFile(text, "utf8");
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself survive a power cut, where the system lets folders be flushed. */
async function flushFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch {
    // Windows and some network file systems cannot; the file itself is safe.
  } finally {
    await folder?.close();
  }
}
