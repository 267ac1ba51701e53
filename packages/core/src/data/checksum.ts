import { platform } from "#platform";

/** Lower-case hexadecimal sha256 of a file, read in pieces. */
export async function sha256Of(path: string): Promise<string> {
  const hash = platform.crypto.createHash("sha256");
  for await (const piece of platform.fs.createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}
