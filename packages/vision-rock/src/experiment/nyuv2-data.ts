import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, locate } from "@outrigger/core/data/source";
import type { WeightFile } from "../backbone/import-resnet50.ts";
import { type CompactSample, type PictureSize, preload } from "../batch/compact-sample.ts";
import { VisionRockError } from "../error.ts";
import { ANNOTATIONS } from "../folder/files.ts";
import { readFolder } from "../folder/read-folder.ts";
import { roomSet } from "../rooms/room-set.ts";
import type { SampleSource } from "../sample.ts";
import type { Data } from "./data.ts";

const DOMAIN = "vision-rock";
/** What `outrigger-vision prepare nyuv2` writes when it is done. */
const FOLDER = "nyuv2";
const FINISHED = join(FOLDER, "nyuv2.json");
const WEIGHTS = ["resnet50.safetensors", "resnet50.onnx"] as const;

const found = (file: string): string | undefined => locate({ domain: DOMAIN, file });
const place = (): string => join(process.env["OUTRIGGER_DATA"] || cacheDirectory(), DOMAIN);

/** `true`, or what is missing and how to get it. Looks only; never downloads. */
export function nyuv2Available(): true | string {
  const missing = [
    ...(found(FINISHED) === undefined
      ? [
          `NYU Depth v2 was not found. Fetch nyu_depth_v2_labeled.mat and splits.mat, and run outrigger-vision prepare nyuv2 nyu_depth_v2_labeled.mat splits.mat --out ${join(place(), FOLDER)}, or point OUTRIGGER_DATA to a folder that has ${DOMAIN}/${FOLDER}.`,
        ]
      : []),
    ...(WEIGHTS.every((file) => found(file) === undefined)
      ? [`Weights of ResNet-50 were not found. Save those of torchvision as ${join(place(), WEIGHTS[0])}.`]
      : []),
  ];
  return missing.length === 0 ? true : missing.join(" ");
}

function required(file: string): string {
  const path = found(file);
  if (path !== undefined) return path;
  const said = nyuv2Available();
  throw new VisionRockError("bad-file", said === true ? `${file} was not found in ${place()}.` : said, {
    file,
  });
}

/** The weights that all backbones begin with. */
export async function nyuv2Weights(): Promise<WeightFile> {
  const name = WEIGHTS.find((file) => found(file) !== undefined) ?? WEIGHTS[0];
  return { name, bytes: await readFile(required(name)) };
}

/** Rooms as pictures with depth and normals, without boxes or scene: their classes are others than NYUv2's. */
async function geometryOnly(count: number, size: PictureSize): Promise<CompactSample[]> {
  if (count === 0) return [];
  const rooms = await preload(roomSet({ split: "train", count, ...size, cache: 1 }));
  return rooms.map((sample) => ({
    ...sample,
    objects: [],
    instances: new Uint8Array(sample.instances.length),
    scene: -1,
    has: { detection: false, scene: false, depth: true, normals: true },
  }));
}

/**
 * NYUv2 as it was prepared: 673 frames to train on, 122 of other places to select with, the official test frames; and rendered rooms to train on besides.
 *
 * @param rooms how many
 */
export async function nyuv2Data(size: PictureSize, rooms: number): Promise<Data> {
  const folder = join(required(FINISHED), "..");
  const read = (part: string): Promise<SampleSource> => readFolder(join(folder, part));
  const [fit, validation, test] = await Promise.all([read("fit"), read("validation"), read("test")]);
  return {
    classes: fit.classes,
    scenes: fit.scenes,
    train: [...(await preload(fit, { size })), ...(await geometryOnly(rooms, size))],
    validation: await preload(validation, { size }),
    test: await preload(test, { size }),
    shifted: null,
    datasets: await Promise.all(["fit", "validation", "test"].map((part) => dataset(folder, part))),
  };
}

async function dataset(folder: string, part: string): Promise<{ name: string; sha256: string }> {
  const bytes = await readFile(join(folder, part, ANNOTATIONS));
  return {
    name: `NYU Depth v2, ${part}: ${ANNOTATIONS}`,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}
