import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { play } from "../evaluate/play.ts";
import { animation as animationOf } from "../record/animation.ts";
import { picture } from "../record/picture.ts";
import { environmentsOf, loadAgent, whole } from "./setup.ts";

interface RecordFlags {
  readonly out: string;
  readonly seed: number;
  readonly steps: number;
}

export function addRecord(program: Command): void {
  program
    .command("record")
    .description("Write an episode as a GIF or an animated PNG.")
    .argument("<checkpoint>", "agent.safetensors of a run")
    .option("--out <file>", ".gif, .apng or .png", "episode.gif")
    .option("--seed <n>", "of the environment and of the actions drawn", whole("seed", 0), 0)
    .option("--steps <n>", "most steps", whole("steps"), 1000)
    .action(async (path: string, { out, seed, steps }: RecordFlags) => {
      const animation = animationOf(out);
      const { agent, options } = loadAgent(path);
      const environments = environmentsOf({ ...options, seed, count: 1 }, "evaluation");
      const game = await play(agent, environments, { seed });
      const add = (): void => animation.add(picture(environments.observation, game.observations));
      add();
      let result: number | undefined;
      for (let step = 0; step < steps && result === undefined; step++) {
        result = (await game.step())[0]?.return;
        add();
      }
      await game.dispose();
      await agent.dispose();
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, animation.finish());
      process.stdout.write(
        `${out}: ${result === undefined ? `cut off after ${steps} steps` : `return ${result}`}\n`,
      );
    });
}
