import { whole } from "@outrigger/core/command/options";
import { warnAs } from "@outrigger/core/command/output";
import { Option } from "commander";

export const warn: (text: string) => void = warnAs("outrigger-seq");

/** Options that several commands have. */
export const shared = {
  threads: (): Option => new Option("--threads <n>", "native threads").argParser(whole(1)),
  samples: (count: number): Option =>
    new Option("--samples <n>", "test sequences a length").argParser(whole(1)).default(count),
  testSeed: (): Option =>
    new Option("--test-seed <n>", "which test sequences: models are compared on the same ones")
      .argParser(whole(0))
      .default(0),
};
