import { open } from "node:fs/promises";
import type { File } from "h5wasm/node";
import { VisionRockError } from "../error.ts";

type Package = typeof import("h5wasm/node");

/** HDF5 itself, below h5wasm's classes. */
export type Hdf5Library = Awaited<Package["ready"]>;

export interface Hdf5File {
  readonly file: File;
  readonly library: Hdf5Library;
}

/** HDF5's signature stands at the beginning, or behind a user block of 512, 1024 … bytes; MATLAB writes one of 512. */
const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
const USER_BLOCKS = [0, 512, 1024, 2048];

/**
 * Opens an HDF5 file for reading. Nothing is loaded but what is asked for, so a file may be larger than memory.
 *
 * @throws VisionRockError "missing-package" without the optional package h5wasm, "bad-file" for what is no HDF5 file.
 */
export async function openHdf5(
  path: string,
  load: () => Promise<Package> = () => import("h5wasm/node"),
): Promise<Hdf5File> {
  await checkSignature(path);
  const h5wasm = await load().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new VisionRockError(
      "missing-package",
      "Reading .mat files needs the package h5wasm, which is not installed: npm install h5wasm@0.10.3",
      { package: "h5wasm" },
      error,
    );
  });
  const library = await h5wasm.ready;
  const file = new h5wasm.File(path, "r");
  // h5wasm gives a negative handle where opening failed, and throws for nothing.
  if (file.file_id > 0n) return { file, library };
  throw new VisionRockError("bad-file", `${path} is damaged: HDF5 cannot open it. Download it again.`, {
    path,
  });
}

/** Before h5wasm, which would print a page of its own for a file that is none. */
async function checkSignature(path: string): Promise<void> {
  const bad = (why: string, cause?: unknown) =>
    new VisionRockError("bad-file", `${path} ${why}`, { path }, cause);
  const handle = await open(path).catch((error: Error) => {
    throw bad(`cannot be read: ${error.message}`, error);
  });
  try {
    const found = Buffer.alloc(SIGNATURE.length);
    for (const position of USER_BLOCKS) {
      const { bytesRead } = await handle.read(found, 0, found.length, position);
      if (bytesRead === found.length && found.equals(SIGNATURE)) return;
    }
  } catch (error) {
    throw bad(`cannot be read: ${(error as Error).message}`, error);
  } finally {
    await handle.close();
  }
  throw bad("is no HDF5 file, as MATLAB's .mat files are from version 7.3 on.");
}
