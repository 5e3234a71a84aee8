import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** PEM files of a server's certificate for 127.0.0.1, which vouches for itself. */
export type TlsFiles = { cert: string; key: string };

/** Makes a certificate with openssl in a folder. */
export async function makeTlsFiles(folder: string, name = "server"): Promise<TlsFiles> {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const words =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:redis.test"];
  const out = ["-out", files.cert, "-keyout", files.key];
  await run("openssl", [...words.split(" "), ...names, ...out], { timeout: 10_000 });
  return files;
}
