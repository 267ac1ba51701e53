import { interruptible } from "@outrigger/core/command/interruptible";
import { option, real, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import { type ProgressStream, progress } from "@outrigger/core/train/callback/progress";
import { type Command, InvalidArgumentError, Option } from "commander";
import { trainCommand } from "../command/train.ts";
import { VisionRockError } from "../error.ts";
import { METHODS } from "../method/methods.ts";
import { AUXILIARIES, type Auxiliary } from "../rock/auxiliary.ts";
import { FUSIONS, type FusionKind } from "../rock/fusion/kinds.ts";
import { type Configuration, configuration } from "../train/configuration.ts";
import { counter } from "./counter.ts";
import { type Size, size } from "./size.ts";
import { warn } from "./warn.ts";

/** A parser of a,b,c; an option given twice adds to the list. */
const list = (text: string, before?: readonly string[]): readonly string[] => [
  ...(before ?? []),
  ...text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== ""),
];

interface Given {
  readonly out: string;
  readonly validation?: string[];
  readonly test?: string[];
  readonly size?: Size;
  readonly tasks?: readonly string[];
  readonly fusion?: FusionKind;
  readonly predictor?: "pooled" | "conv";
  readonly backbone: "small" | "resnet50";
  readonly weights?: string;
  readonly method: string;
  readonly iterations?: number;
  readonly looks?: number;
  readonly batch?: number;
  readonly boxed?: number;
  readonly learningRate?: number;
  readonly channels?: [number, number, number];
  readonly blocks?: number;
  readonly negatives?: Configuration["negatives"];
  readonly augment: boolean;
  readonly seed: number;
  readonly threads?: number;
  readonly fresh?: boolean;
  readonly report: boolean;
}

/** A parser of 24,48,48. */
function channels(text: string): [number, number, number] {
  const found = text.split(",").map(Number);
  if (found.length === 3 && found.every((each) => Number.isInteger(each) && each > 0))
    return found as [number, number, number];
  throw new InvalidArgumentError("Give three whole numbers, such as 24,48,48.");
}

const options = [
  option("--out <folder>", "the detector's folder").default("model"),
  option(
    "--validation <names...>",
    "data sets that choose the best look (default: 150 rooms, or every tenth boxed picture)",
  ),
  option("--test <names...>", "data sets that are looked at once, at the end"),
  option(
    "--tasks <names>",
    "auxiliaries: scene,depth,normals, or none (default: all that the pictures have)",
    list,
  ),
  new Option(
    "--fusion <kind>",
    "what the block does with the auxiliaries' features; none: nothing (default: sum, ROCK's)",
  ).choices(Object.keys(FUSIONS)),
  new Option("--predictor <kind>", "of the auxiliaries (default: pooled, ROCK's)").choices([
    "pooled",
    "conv",
  ]),
  new Option("--method <name>", "what weighs the tasks").choices(Object.keys(METHODS)).default("uniform"),
  option("--iterations <n>", "steps (default: 2000)", whole(1)),
  option("--looks <n>", "how often the validation pictures are looked at (default: 8)", whole(1)),
  option("--batch <n>", "pictures a step (default: 16)", whole(1)),
  option("--boxed <n>", "of them with boxes, where some pictures have none (default: half)", whole(1)),
  option("--learning-rate <rate>", "at its peak (default: 0.003)", real),
  option("--size <size>", "larger pictures are made smaller (default: 128x96)", size),
  new Option("--backbone <kind>", "a small residual network, or ResNet-50, whose map has stride 16")
    .choices(["small", "resnet50"])
    .default("small"),
  option("--weights <file>", "a torchvision ResNet-50 as .safetensors or .onnx, for --backbone resnet50"),
  option("--channels <a,b,c>", "of the small backbone at stride 2, 4 and 8 (default: 24,48,48)", channels),
  option("--blocks <n>", "residual blocks of the small backbone (default: 2)", whole(1)),
  new Option("--negatives <kind>", "which boxes of the background count (default: mined)").choices([
    "mined",
    "all",
    "focal",
  ]),
  option("--no-augment", "pictures as they are"),
  option("--seed <n>", "every random number follows from it", whole(0)).default(0),
  option("--threads <n>", "native threads, and threads that render", whole(1)),
  option("--fresh", "start anew where the folder holds a run"),
  option("--no-report", "leave report.html out"),
];

export function addTrain(program: Command): void {
  withOptions(program.command("train <data...>"), options)
    .description("train a detector with auxiliary tasks into a folder, or go on with what is there")
    .addHelpText(
      "after",
      `
Data sets are COCO folders, as render and prepare write them, or rooms:300 for rooms rendered on the spot. Several are mixed: classes and scenes of the
same name are one, and a picture without some annotation trains the other tasks. @depth,normals behind a name takes these annotations of it alone.

Methods: ${Object.entries(METHODS)
        .map(([name, { describe }]) => `${name} (${describe})`)
        .join(", ")}.

Ctrl-C stops after the step under way, and the same command goes on from there.

Examples:
  outrigger-vision train rooms:300 --test rooms:400                  some minutes: a detector with scene, depth and normals
  outrigger-vision train rooms:300 --tasks none --out single         the baseline: the detector alone
  outrigger-vision train rooms:300 --fusion none --out flat          auxiliaries share the backbone, and nothing more
  outrigger-vision train rooms:200 rooms:1000@scene,depth,normals    few boxes, much geometry
  outrigger-vision train nyuv2/fit rooms:600 --validation nyuv2/validation --size 160x120 --iterations 8000
  outrigger-vision train nyuv2/fit --validation nyuv2/validation --size 640x480 --backbone resnet50 --weights resnet50.safetensors --batch 8
  outrigger-vision train photos --tasks none --seed 1`,
    )
    .action(async (data: string[], given: Given) => {
      const { out, report, fresh, threads, validation, test, weights, method, seed } = given;
      process.exitCode = await interruptible(
        () => warn("stopping after this step (again to stop at once, back to the last checkpoint)"),
        (signal) =>
          trainCommand(
            {
              run: {
                data,
                validation: validation ?? null,
                test: test ?? null,
                weights: weights ?? null,
                method,
                seed,
              },
              configuration: configurationOf(given),
            },
            {
              out,
              report,
              signal,
              print,
              progress: progress(looking(process.stderr)),
              reading: counter,
              ...(fresh && { fresh }),
              ...(threads !== undefined && { threads }),
            },
          ),
      );
    });
}

/** What core calls an epoch is a look here: so many steps of random pictures, then the validation pictures. */
const looking = (stream: ProgressStream): ProgressStream => ({
  ...(stream.isTTY !== undefined && { isTTY: stream.isTTY }),
  ...(stream.columns !== undefined && { columns: stream.columns }),
  write: (text) => stream.write(text.replaceAll("epoch", "look")),
});

function configurationOf(given: Given): Configuration {
  const { size: sides, fusion, predictor, iterations, looks, batch, boxed, learningRate, negatives } = given;
  const tasks = tasksOf(given.tasks);
  const block = {
    tasks,
    ...(fusion !== undefined && { fusion }),
    ...(predictor !== undefined && { predictor }),
    // Batches of a fine-tuned network are too small for statistics of their own, and group norm would not fit its features.
    ...(given.backbone === "resnet50" && { norm: "frozen-batch" as const }),
  };
  return configuration({
    ...sides,
    block: tasks.length === 0 ? null : block,
    ...backboneOf(given, sides),
    ...(iterations !== undefined && { iterations, looks: looks ?? Math.min(8, iterations) }),
    ...(looks !== undefined && { looks }),
    ...(batch !== undefined && { batchSize: batch }),
    ...(boxed !== undefined && { boxed }),
    ...(learningRate !== undefined && { learningRate }),
    ...(negatives !== undefined && { negatives }),
    ...(!given.augment && { augment: false as const }),
  });
}

/** ROCK's detector needs maps of 17 cells a side, which stride 16 gives from 272 pixels on. */
const ROCK_SIDE = 272;

function backboneOf(
  { backbone, weights, channels: widths = [24, 48, 48], blocks = 2 }: Given,
  sides: Size | undefined,
): Pick<Configuration, "backbone" | "detector"> {
  if (backbone === "resnet50") {
    const large = sides !== undefined && Math.min(sides.width, sides.height) >= ROCK_SIDE;
    return { backbone: { kind: backbone }, detector: large ? "rock" : "small" };
  }
  if (weights === undefined)
    return { backbone: { kind: backbone, channels: widths, blocks }, detector: "small" };
  throw new VisionRockError(
    "bad-option",
    "--weights are those of a ResNet-50: give --backbone resnet50 too.",
  );
}

function tasksOf(names: readonly string[] | undefined): readonly Auxiliary[] {
  if (names === undefined) return AUXILIARIES;
  if (names.length === 1 && names[0] === "none") return [];
  const wrong = names.find((name) => !(AUXILIARIES as readonly string[]).includes(name));
  if (wrong === undefined) return names as readonly Auxiliary[];
  const said = `There is no task "${wrong}"; there are ${AUXILIARIES.join(", ")}.`;
  throw new VisionRockError("bad-option", said, { task: wrong });
}
