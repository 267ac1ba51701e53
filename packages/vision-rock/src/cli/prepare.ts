import { interruptible } from "@outrigger/core/command/interruptible";
import { option, real, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import { type Command, Option } from "commander";
import { prepareCommand } from "../command/prepare.ts";
import { VisionRockError } from "../error.ts";
import { counter } from "./counter.ts";
import { warn } from "./warn.ts";

interface Given {
  readonly out: string;
  readonly checksum: boolean;
  readonly crop: "whole" | "valid";
  readonly depth: "filled" | "measured";
  readonly minPixels?: number;
  readonly radius: number;
  readonly tolerance: number;
  readonly validationCount: number;
  readonly validationSeed: number;
}

const options = [
  option("--out <folder>", "where the folders are written").makeOptionMandatory(),
  new Option("--crop <part>", "whole frames, 640x480, or the valid 561x427 that both cameras see")
    .choices(["whole", "valid"])
    .default("whole"),
  new Option("--depth <kind>", "filled in everywhere, or only where it was measured")
    .choices(["filled", "measured"])
    .default("filled"),
  option("--min-pixels <n>", "leave out objects of fewer pixels (default: 0.25 % of a frame, 768)", whole(0)),
  option("--radius <pixels>", "of the windows that normals are fitted in", whole(1)).default(7),
  option("--tolerance <share>", "of the depth, for a pixel of a window to count", real).default(0.05),
  option("--validation-count <n>", "frames of train that are listed for validation", whole(0)).default(122),
  option("--validation-seed <n>", "chooses the scenes for validation", whole(0)).default(0),
  option("--no-checksum", "take a file whose md5 is not that of the published one"),
];

export function addPrepare(program: Command): void {
  const prepare = program
    .command("prepare")
    .description("make folders that can be trained on from a published data set");
  withOptions(prepare.command("nyuv2 <file> <splits>"), options)
    .description("NYU Depth v2: nyu_depth_v2_labeled.mat and splits.mat to train, test, fit and validation")
    .addHelpText(
      "after",
      `
Both files come from its authors, 2.8 GB and 3 kB:
  http://horatio.cs.nyu.edu/mit/silberman/nyu_depth_v2/nyu_depth_v2_labeled.mat
  http://horatio.cs.nyu.edu/mit/silberman/indoor_seg_sup/splits.mat
Reading the first needs the package h5wasm: npm install h5wasm@0.10.3

It has 19 classes, 27 scenes, depth, and normals that are fitted to the measured depth (those of the authors are no longer offered). Objects under
0.25 % of a frame are left out, as NICR's tools do; --min-pixels 0 keeps them, as ROCK's published numbers do. train and test are the official
split; validation is 122 frames of train, whole scenes, chosen here: the list of ROCK's authors is not published.

Ctrl-C stops it, and the same command continues.

Examples:
  outrigger-vision prepare nyuv2 nyu_depth_v2_labeled.mat splits.mat --out nyuv2
  outrigger-vision train nyuv2/fit --validation nyuv2/validation --out model
  outrigger-vision eval model --data nyuv2/test`,
    )
    .action(async (file: string, splits: string, given: Given) => {
      const { out, checksum, radius, tolerance, validationCount, validationSeed, ...rest } = given;
      await interruptible(
        () => warn("stopping after this frame; the same command continues"),
        (signal) =>
          prepareCommand(file, splits, out, {
            ...rest,
            ...(checksum ? {} : { checksum: null }),
            normals: { radius, tolerance },
            validation: { count: validationCount, seed: validationSeed },
            signal,
            print,
            progress: counter,
          }).catch((error: unknown) => {
            if (!(error instanceof VisionRockError && error.code === "stopped")) throw error;
            warn(error.message);
            process.exitCode = 130;
          }),
      );
    });
}
