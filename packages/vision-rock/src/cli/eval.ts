import { option, whole, withOptions } from "@outrigger/core/command/options";
import { print, writeOut } from "@outrigger/core/command/output";
import type { Command } from "commander";
import { evaluatedText, evaluateFolder } from "../command/eval.ts";
import { counter } from "./counter.ts";

interface Given {
  readonly data: string[];
  readonly json?: string;
  readonly threads?: number;
}

const options = [
  option("--data <names...>", "COCO folders, or rooms:400 for test rooms").makeOptionMandatory(),
  option("--json <file>", "everything as JSON; - writes it here in place of the tables"),
  option("--threads <n>", "native threads, and threads that render", whole(1)),
];

export function addEval(program: Command): void {
  withOptions(program.command("eval <model>"), options)
    .description("test a detector: COCO's twelve numbers, every class, sizes")
    .addHelpText(
      "after",
      `
Numbers are those of COCO's own tools. Its sizes are made for pictures of 640 × 480: in smaller ones nearly all is small, so there are sizes by the
share of the picture as well. Pictures without boxes in the annotations are passed over.

Examples:
  outrigger-vision eval model --data test-rooms
  outrigger-vision eval model --data rooms:400                 test rooms, rendered on the spot
  outrigger-vision eval model --data photos --json scores.json`,
    )
    .action(async (model: string, { data, json, threads }: Given) => {
      const evaluated = await evaluateFolder({
        model,
        data,
        progress: (pictures) => counter("pictures", pictures),
        ...(threads !== undefined && { threads }),
      });
      if (json !== "-") print(evaluatedText(evaluated));
      if (json !== undefined) writeOut(json, `${JSON.stringify(evaluated, null, 1)}\n`);
    });
}
