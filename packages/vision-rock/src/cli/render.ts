import { option, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import { type Command, Option } from "commander";
import { renderCommand } from "../command/render.ts";
import type { Lighting } from "../rooms/plan/lighting.ts";
import type { RoomSplit } from "../rooms/room-set.ts";
import { counter } from "./counter.ts";
import { type Size, size } from "./size.ts";

interface Given {
  readonly out: string;
  readonly count: number;
  readonly split: RoomSplit;
  readonly size: Size;
  readonly lighting: Lighting;
  readonly easyColour?: boolean;
  readonly threads?: number;
  readonly fresh?: boolean;
}

const options = [
  option("--out <folder>", "where the data set is written").makeOptionMandatory(),
  option("--count <n>", "rooms", whole(1)).default(300),
  new Option("--split <name>", "which rooms: those of different splits never meet")
    .choices(["train", "validation", "test"])
    .default("train"),
  option("--size <size>", "of a picture", size).default({ width: 128, height: 96 }, "128x96"),
  new Option("--lighting <kind>", "shifted: casts of colour, low light, long shadows, noise")
    .choices(["standard", "shifted"])
    .default("standard"),
  option("--easy-colour", "colour gives the class away: the control in which geometry is not needed"),
  option("--threads <n>", "threads that render (default: one a processor)", whole(1)),
  option("--fresh", "replace a data set that the folder holds"),
];

export function addRender(program: Command): void {
  withOptions(program.command("render"), options)
    .description("render rooms with exact boxes, scene, depth and normals into a COCO folder")
    .addHelpText(
      "after",
      `
The folder gets annotations.json, as COCO's tools read it, and PNG files: rgb (8 bits), depth (16 bits, millimetres), normals and instances.
The same options give the same bytes; the first 300 rooms of a larger set are those of a smaller one.

Examples:
  outrigger-vision render --out rooms --count 300
  outrigger-vision render --out test-rooms --split test --count 400
  outrigger-vision render --out dim --split test --count 400 --lighting shifted      a test of robustness
  outrigger-vision render --out large --count 600 --size 320x240`,
    )
    .action(async ({ size: sides, easyColour, ...given }: Given) => {
      await renderCommand({
        ...given,
        ...sides,
        easyColour: easyColour === true,
        print,
        progress: counter("rooms", given.count),
      });
    });
}
