import { option, real, whole, withOptions } from "@outrigger/core/command/options";
import { writeOut } from "@outrigger/core/command/output";
import type { Command } from "commander";
import { type DetectedPicture, detectFile } from "../command/detect.ts";
import { loadDetector } from "../predictor/folder.ts";
import { counter } from "./counter.ts";
import { warn } from "./warn.ts";

interface Given {
  readonly model: string;
  readonly out: string;
  readonly json: string;
  readonly score: number;
  readonly iou: number;
  readonly depth?: boolean;
  readonly normals?: boolean;
  readonly png: boolean;
  readonly threads?: number;
}

const options = [
  option("--model <folder>", "what train made").default("model"),
  option("--out <folder>", "where NAME.detected.png is written").default("."),
  option("--json <file>", "where boxes are written as JSON; - for here").default("-"),
  option("--score <probability>", "boxes of less are left out", real).default(0.2),
  option("--iou <share>", "of two boxes of a class that overlap by more, the surer stays", real).default(0.3),
  option("--depth", "draw depth beside the boxes"),
  option("--normals", "draw normals beside the boxes"),
  option("--no-png", "boxes as JSON alone"),
  option("--threads <n>", "native threads", whole(1)),
];

export function addDetect(program: Command): void {
  withOptions(program.command("detect <pictures...>"), options)
    .description("find objects in pictures: boxes as JSON, and drawn into a PNG")
    .addHelpText(
      "after",
      `
Pictures are read as a viewer shows them: turned as their EXIF tag says, grey as colour, transparent parts before white. They are stretched to the size
that the detector was trained with, and boxes back to theirs: left, top, width, height in pixels.
Depth is right for pictures of the same field of view as those of the training.

Examples:
  outrigger-vision detect photo.jpg --model model
  outrigger-vision detect photo.jpg --model model --depth --normals --score 0.2
  outrigger-vision detect *.jpg --model model --out found --json found/boxes.json`,
    )
    .action(async (pictures: string[], given: Given) => {
      const { model, out, json, score, iou, depth, normals, png, threads } = given;
      const detector = await loadDetector(model, {
        run: { spinning: false, ...(threads !== undefined && { threads }) },
      });
      const told = pictures.length > 1 ? counter("pictures", pictures.length) : undefined;
      const found: DetectedPicture[] = [];
      try {
        for (const file of pictures) {
          const picture = await detectFile(file, {
            detector,
            out: png ? out : null,
            score,
            iou,
            depth: depth === true,
            normals: normals === true,
          });
          found.push(picture);
          told?.(found.length);
          if (picture.objects.length === 0)
            warn(`${file}: no box of at least ${score}; a lower --score shows less sure ones`);
        }
      } finally {
        await detector.dispose();
      }
      writeOut(json, `${JSON.stringify(found, null, 1)}\n`);
      for (const { drawn } of found) if (drawn !== undefined) process.stderr.write(`wrote ${drawn}\n`);
    });
}
