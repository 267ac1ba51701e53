import { withOptions } from "@outrigger/core/command/options";
import { print, writeOut } from "@outrigger/core/command/output";
import { type Command, Option } from "commander";
import { evaluate, evaluatedCsv, evaluatedJson, evaluatedText } from "../command/eval.ts";
import { parseLengths } from "../command/lengths.ts";
import { shared } from "./shared.ts";

interface Given {
  readonly lengths?: string;
  readonly samples: number;
  readonly testSeed: number;
  readonly threads?: number;
  readonly json?: string;
  readonly csv?: string;
  readonly html?: string;
  readonly png?: string;
}

export function addEval(program: Command): void {
  const command = program
    .command("eval <folders...>")
    .description("test models by length: exact match, per-token accuracy, kinds of errors");
  withOptions(command, [
    new Option(
      "--lengths <list>",
      "5,10,20 or 5,10,...,50 (default: every half training length, to the model's --long)",
    ),
    shared.samples(256),
    shared.testSeed(),
    new Option("--json <file>", "everything as JSON; - writes it here in place of the table"),
    new Option("--csv <file>", "a row a model and length; - writes them here in place of the table"),
    new Option("--html <file>", "a page with curves and errors, which needs nothing else"),
    new Option("--png <file>", "the curves as a picture"),
    shared.threads(),
  ])
    .addHelpText(
      "after",
      `
Models that differ in their seed alone make one curve, whose band goes from the lowest to the highest; a curve of one model has Wilson's 95 %
interval, which is over sequences and does not know how much seeds matter. Take several.

Examples:
  outrigger-seq eval runs/with
  outrigger-seq eval runs/with-0 runs/with-1 runs/without-0 runs/without-1 --html curve.html --png curve.png
  outrigger-seq eval runs/* --lengths 5,10,...,50 --samples 512 --csv -`,
    )
    .action(async (folders: string[], given: Given) => {
      const { lengths, json, csv, html, png, threads, samples, testSeed } = given;
      const evaluated = await evaluate(folders, {
        samples,
        testSeed,
        ...(lengths !== undefined && { lengths: parseLengths(lengths) }),
        ...(threads !== undefined && { threads }),
        progress: (text) => process.stderr.isTTY && process.stderr.write(`${text}\n`),
      });
      if (json !== "-" && csv !== "-") print(evaluatedText(evaluated));
      if (json !== undefined) writeOut(json, evaluatedJson(evaluated));
      if (csv !== undefined) writeOut(csv, evaluatedCsv(evaluated));
      if (html === undefined && png === undefined) return;
      // Observable Plot and resvg take a moment to load, which a table need not wait for.
      const { evalFigures, evalPage } = await import("../report/eval-page.ts");
      if (html !== undefined) writeOut(html, evalPage(evaluated));
      if (png === undefined) return;
      const picture = await import("../report/picture.ts");
      writeOut(png, picture.png(picture.pictureSvg(evalFigures(evaluated).slice(0, 1))));
    });
}
