import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readColumns } from "@outrigger/core/data/csv";
import { array, type NDArray } from "@outrigger/core/graph/index";
import { encodeFile } from "@outrigger/core/graph/onnx/proto";
import { readOnnxWeights } from "@outrigger/core/interchange/onnx-weights";
import type { Random } from "@outrigger/core/random";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import { readTable } from "@outrigger/linear-theory/cli/read-table";
import { readSplits } from "@outrigger/molecular/data/split-file";
import { readFolder } from "@outrigger/vision-rock/folder/read-folder";
import { readPicture } from "@outrigger/vision-rock/folder/read-picture";
import { writeFolder } from "@outrigger/vision-rock/folder/write-folder";
import { openLabelledFile } from "@outrigger/vision-rock/nyuv2/labelled-file";
import { readMat5 } from "@outrigger/vision-rock/nyuv2/mat5";
import { roomSet } from "@outrigger/vision-rock/rooms/room-set";
import { describe } from "vitest";
import { writeMiniature, writeSplitsFile } from "../packages/vision-rock/test/nyuv2/miniature.ts";
import { damaged, distorted } from "./support/damage.ts";
import { fault, kept, pick } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();

const arrays = new Map<string, NDArray>([
  ["a", array([1.5, -0, 7, 3e-45], [2, 2])],
  ["empty", array([], [0, 3])],
  ["ids", array(Int32Array.from([-1, 2 ** 31 - 1]))],
  ["mask", array(Uint8Array.from([0, 1, 1]))],
]);

/** A safetensors file with this header, told to be of this length, and so many bytes behind it. */
function safetensors(header: unknown, length: number | bigint, bytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const told = Buffer.alloc(8);
  told.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([told, json, Buffer.alloc(bytes)]);
}

/** Every array has as many values as its shape says, and no more bytes than the file. */
function sound(found: ReadonlyMap<string, NDArray>, bytes: Uint8Array): void {
  let sum = 0;
  for (const [name, { data, shape }] of found) {
    kept(
      shape.reduce((n, d) => n * d, 1) === data.length,
      `${name} has ${data.length} values for [${shape.join()}]`,
    );
    sum += data.byteLength;
  }
  kept(sum <= 4 * bytes.length, "there are more values than the file can hold");
}

const numbers = [0, 1, 4, 8, 16, 23, 24, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, null, "8", [8]];

function hostileHeader(random: Random): unknown {
  const header = {
    __metadata__: { note: "x" },
    a: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
    b: { dtype: "I32", shape: [2], data_offsets: [16, 24] },
  };
  const n = (): unknown => pick(random, numbers);
  switch (random.integer(4)) {
    case 0:
      return {
        ...header,
        b: {
          dtype: pick(random, ["F32", "I32", "BOOL", "F64", "__proto__"]),
          shape: [n(), n()],
          data_offsets: [n(), n()],
        },
      };
    case 1:
      return {
        ...header,
        [pick(random, ["__proto__", "constructor", "a/../b", ""])]: {
          dtype: "I32",
          shape: [n()],
          data_offsets: [24, n()],
        },
      };
    default:
      return distorted(random, header);
  }
}

describe("Hostile files", async () => {
  fault("safetensors: lengths, offsets, overlaps, shapes, metadata", { cases: [3000, 100] }, (random) => {
    const header = hostileHeader(random);
    const right = Buffer.from(JSON.stringify(header)).length;
    const length =
      random.uniform() < 0.8
        ? right
        : pick(random, [0n, 1n, BigInt(right + 1), 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n]);
    const bytes = safetensors(header, length, pick(random, [24, 24, 24, 0, 16, 1000]));
    sound(decodeSafetensors(bytes, "x").arrays, bytes);
  });

  const archive = Buffer.concat(encodeSafetensors({ arrays, metadata: { note: "α" } }));
  fault("safetensors: any bytes", { cases: [3000, 100] }, (random) => {
    const bytes = damaged(random, archive);
    const found = decodeSafetensors(bytes, "x");
    kept(
      [...arrays].every(([name, { data }]) =>
        Buffer.from(found.arrays.get(name)!.data.buffer).equals(Buffer.from(data.slice().buffer)),
      ),
      "other values were read",
    );
  });

  fault("safetensors: a header of 2 MB, deep or wide", { cases: [4, 2] }, (_, i) => {
    const json = i % 2 === 0 ? `${"[".repeat(1e6)}${"]".repeat(1e6)}` : `{"a":"${"x".repeat(2e6)}"}`;
    const told = Buffer.alloc(8);
    told.writeBigUInt64LE(BigInt(json.length));
    decodeSafetensors(Buffer.concat([told, Buffer.from(json)]), "x");
  });

  const tensor = { name: "w", data_type: 1, dims: [2, 3], float_data: [1, 2, 3, 4, 5, 6] };
  const raw = { name: "r", data_type: 11, dims: [2], raw_data: new Uint8Array(16) };
  const model = {
    ir_version: 8,
    opset_import: [{ version: 17 }],
    graph: { node: [], initializer: [tensor, raw], input: [], output: [] },
  };
  const onnx = encodeFile(model);
  fault("ONNX: any bytes", { cases: [3000, 100] }, (random) => {
    const bytes = damaged(random, onnx);
    sound(readOnnxWeights(bytes, "x"), bytes);
  });
  fault("ONNX: shapes and types", { cases: [2000, 100] }, (random) => {
    const whole = [0, 1, 2, 3, 6, -1, 2 ** 20, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER];
    const dims = Array.from({ length: random.integer(5) }, () => pick(random, whole));
    const initializer = [
      { ...tensor, dims, data_type: pick(random, [0, 1, 2, 7, 10, 11, 16, 99]) },
      { ...raw, dims, data_location: random.integer(2) },
    ];
    const bytes = encodeFile({ ...model, graph: { ...model.graph, initializer } });
    sound(readOnnxWeights(bytes, "x"), bytes);
  });

  const csv = Buffer.from('smiles,"y, or so",z\nCCO,1.5,"a ""b"""\nc1ccccc1,-2e3,\n"C\nC",0,ü\n');
  fault("CSV: any bytes", { cases: [1500, 60] }, (random) => {
    const path = join(fresh(), "a.csv");
    writeFileSync(path, damaged(random, csv));
    const table = readColumns({ path });
    kept(
      table.header.every((name) => table.column(name).length === table.rows),
      "columns have other lengths than the table",
    );
  });
  fault("CSV of linear-theory: any bytes", { cases: [1500, 60] }, (random) => {
    const path = join(fresh(), "a.csv");
    writeFileSync(path, damaged(random, Buffer.from("x,y\n1,2\n3,4\n5,6\n")));
    const { header, rows } = readTable(path);
    kept(
      rows.every((row) => row.length === header.length),
      "a row has another width",
    );
  });

  const split = {
    format: "outrigger-splits",
    version: 1,
    variant: "ogb",
    splits: [{ train: [0, 1], validation: [2], test: [3] }],
  };
  fault("splits.json: any values, and cut off", { cases: [1000, 50] }, (random) => {
    const path = join(fresh(), "splits.json");
    const text = JSON.stringify(random.uniform() < 0.7 ? distorted(random, split) : split);
    writeFileSync(path, random.uniform() < 0.2 ? damaged(random, Buffer.from(text), "cut off") : text);
    const { splits } = readSplits(path);
    kept(
      splits.every((each) => [each.train, each.validation, each.test].flat().every(Number.isInteger)),
      "rows that are none",
    );
  });

  const rooms = fresh();
  await writeFolder(rooms, roomSet({ split: "train", count: 1, width: 32, height: 24 }));
  const annotations = JSON.parse(readFileSync(join(rooms, "annotations.json"), "utf8")) as unknown;
  fault("annotations.json: any values", { cases: [1000, 40] }, async (random) => {
    const folder = fresh();
    writeFileSync(join(folder, "annotations.json"), JSON.stringify(distorted(random, annotations)));
    await readFolder(folder);
  });
  const picture = readFileSync(join(rooms, "rgb", "000001.png"));
  fault("pictures: any bytes", { cases: [300, 20] }, async (random) => {
    const { width, height, rgb } = await readPicture(damaged(random, picture));
    kept(rgb.length === 3 * width * height, "a picture has another size than it says");
  });

  const mat = readFileSync(await writeSplitsFile(fresh()));
  fault("MATLAB 5: any bytes", { cases: [1500, 60] }, (random) => {
    readMat5(damaged(random, mat), "splits.mat");
  });
  const hdf5 = readFileSync(await writeMiniature(fresh()));
  fault("HDF5: any bytes", { cases: [60, 4] }, async (random) => {
    const path = join(fresh(), "a.mat");
    writeFileSync(path, damaged(random, hdf5));
    const file = await openLabelledFile(path);
    try {
      for (let i = 0; i < file.frames; i++) file.frame(i);
    } finally {
      file.close();
    }
  });
});
