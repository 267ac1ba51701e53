/** What is tried of a package in an empty project. */
export interface Trial {
  /** Folder in `packages`. */
  readonly folder: string;
  /** Packages of this repository that are installed besides it and what it depends on. */
  readonly besides?: readonly string[];
  /** Fields of the project's package.json, for packages that read it. */
  readonly project?: object;
  /** Files that the project has, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where the program of `examples/FOLDER.ts` is put, if not `example.ts`. */
  readonly example?: string;
  /** Command lines, after `--help` of every command. `OUT` is a folder of its own for each Node. */
  readonly commands: readonly string[];
}

/** Straight-chain alcohols and alkanes with labels that fall along the chain, enough for every command of molecular. */
function molecules(): string {
  const chain = (length: number): string => "C".repeat(length);
  const rows = Array.from({ length: 24 }, (_, k) => [
    `${chain(k + 1)},${(0.5 - 0.6 * k).toFixed(2)}`,
    `${chain(k + 1)}O,${(1.5 - 0.55 * k).toFixed(2)}`,
  ]);
  return ["smiles,logS", ...rows.flat(), ""].join("\n");
}

const plants = ["plant-a", "plant-b", "laboratory"]
  .map((name) => `node_modules/@outrigger/linear-theory/examples/${name}.csv`)
  .join(" ");

export const TRIALS: readonly Trial[] = [
  { folder: "core", commands: [] },
  {
    folder: "bench",
    project: { keywords: ["outrigger-benchmark"], exports: { "./bench/*": "./bench/*.js" } },
    example: "bench/line.ts",
    commands: ["outrigger list", "outrigger run toy/line --out OUT/results --report OUT/report"],
  },
  {
    folder: "core-bench",
    besides: ["bench"],
    commands: [
      "outrigger run core/conflicting-tasks --methods uniform --seeds 1 --out OUT/results --report OUT/report",
    ],
  },
  {
    folder: "linear-theory",
    commands: [`outrigger-linear analyse ${plants} --plot OUT/benefit.svg`],
  },
  {
    folder: "molecular",
    files: { "data.csv": molecules() },
    commands: [
      "outrigger-molecular describe data.csv --target logS",
      "outrigger-molecular train data.csv --target logS --model mlp --epochs 2 --ensemble 1 --split random --out OUT/model",
      "outrigger-molecular predict data.csv --model OUT/model --out OUT/predictions.csv",
    ],
  },
  {
    folder: "rl-gvf",
    commands: [
      "outrigger-rl train --env breakout --steps 640 --out OUT/run",
      "outrigger-rl eval OUT/run/agent.safetensors --episodes 1",
    ],
  },
  {
    folder: "seq-length",
    commands: [
      "outrigger-seq train --steps 10 --size 16 --heads 2 --batch 8 --out OUT/run",
      "outrigger-seq eval OUT/run --html OUT/curve.html --png OUT/curve.png",
    ],
  },
  {
    folder: "vision-rock",
    commands: [
      "outrigger-vision render --count 6 --size 64x48 --threads 1 --out OUT/rooms",
      "outrigger-vision train OUT/rooms --validation OUT/rooms --iterations 2 --looks 1 --batch 2 --size 64x48 --out OUT/model",
      "outrigger-vision detect OUT/rooms/rgb/000001.png --model OUT/model --out OUT/detected",
    ],
  },
];
