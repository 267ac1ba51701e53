import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tinyCsv } from "../../packages/molecular/test/user/tiny.ts";
import { at } from "./child.ts";

/** A training of seconds in a process of its own: what runs, and the files that must be the same bytes whatever happened on the way. */
export interface Training {
  readonly script: string;
  readonly args: (out: string) => string[];
  readonly files: readonly string[];
}

const words = (text: string): string[] => text.split(" ");

/** A training of each kind of package. `data` is a folder for what they read. */
export function trainings(data: string): Readonly<Record<string, Training>> {
  const table = join(data, "table.csv");
  writeFileSync(table, tinyCsv(60));
  return {
    "fit of core": {
      script: at("packages/core/test/fixtures/train-child.ts"),
      args: (out) => [out, "uncertainty"],
      files: ["checkpoint.safetensors"],
    },
    "an agent of rl-gvf": {
      script: at("faults/children/rl-gvf.ts"),
      args: (out) =>
        words(`train --env catch --envs 4 --seed 3 --method a2c --steps 4000 --every 160 --out ${out}`),
      files: ["agent.safetensors"],
    },
    "a decoder of seq-length": {
      script: at("packages/seq-length/test/cli/run.ts"),
      args: (out) =>
        words(
          `train --symbols 9 --train-length 3 --long 6 --size 8 --heads 2 --layers 2 --batch 8 --steps 240 --threads 1 --out ${out}`,
        ),
      files: ["model.safetensors", "model.json"],
    },
    "a predictor of molecular": {
      script: at("packages/molecular/test/user/run.ts"),
      args: (out) => [
        "train",
        table,
        ...words(
          "--target y --model mlp --width 8 --inputs none --split random --epochs 12 --ensemble 3 --threads 1 --no-card --out",
        ),
        out,
      ],
      files: ["model.safetensors"],
    },
    "a detector of vision-rock": {
      script: at("packages/vision-rock/test/user/run.ts"),
      args: (out) => [
        "train",
        ...words(
          "rooms:8 --size 64x48 --channels 8,8,8 --blocks 1 --iterations 12 --looks 6 --batch 4 --validation rooms:6 --threads 1 --no-report --out",
        ),
        out,
      ],
      files: ["model.safetensors"],
    },
  };
}
