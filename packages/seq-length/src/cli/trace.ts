import { whole, withOptions } from "@outrigger/core/command/options";
import { print, writeOut } from "@outrigger/core/command/output";
import { type Command, Option } from "commander";
import { trace } from "../command/trace.ts";
import { tracedText } from "../command/trace-text.ts";
import { shared } from "./shared.ts";

interface Given {
  readonly length?: number;
  readonly samples: number;
  readonly testSeed: number;
  readonly threads?: number;
  readonly html?: string;
  readonly png?: string;
}

export function addTrace(program: Command): void {
  const command = program
    .command("trace <folder>")
    .description("what the heads look at where the model fails, and the lengths that the bound predicts");
  withOptions(command, [
    new Option(
      "--length <n>",
      "which length to look at (default: the first with less than 90 % exact match)",
    ).argParser(whole(1)),
    shared.samples(128),
    shared.testSeed(),
    new Option("--html <file>", "a page with maps, which needs nothing else"),
    new Option("--png <file>", "the attention maps as a picture"),
    shared.threads(),
  ])
    .addHelpText(
      "after",
      `
A head that finds the tokens which decide an output (its support) on short sequences may spread its attention over the many others of a long one. The
ratio of wrong to right attention is measured on random restrictions of long contexts to the size of a training sequence, and grows in
proportion to the tokens from there: so a length follows to which the head's output stays within the margin of the prediction. This is our
reconstruction, a motivation and not a proof.

Examples:
  outrigger-seq trace runs/with
  outrigger-seq trace runs/with --length 40 --html trace.html --png maps.png`,
    )
    .action(async (folder: string, given: Given) => {
      const { html, png, ...rest } = given;
      const traced = await trace(folder, {
        ...rest,
        progress: (text) => process.stderr.isTTY && process.stderr.write(`${text}\n`),
      });
      print(tracedText(traced));
      if (html === undefined && png === undefined) return;
      const { tracePage } = await import("../report/trace-page.ts");
      if (html !== undefined) writeOut(html, tracePage(traced));
      if (png === undefined) return;
      const { attentionFigure } = await import("../report/attention-figure.ts");
      const picture = await import("../report/picture.ts");
      writeOut(png, picture.png(picture.pictureSvg([attentionFigure(traced)])));
    });
}
