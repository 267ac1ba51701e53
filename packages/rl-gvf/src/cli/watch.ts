import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { play } from "../evaluate/play.ts";
import { picture } from "../record/picture.ts";
import { terminalPicture } from "../record/terminal.ts";
import { environmentsOf, loadAgent, whole } from "./setup.ts";

interface WatchFlags {
  readonly episodes: number;
  readonly fps: number;
  readonly seed: number;
}

export function addWatch(program: Command): void {
  program
    .command("watch")
    .description("Draw episodes in the terminal as coloured blocks.")
    .argument("<checkpoint>", "agent.safetensors of a run")
    .option("--episodes <n>", "then stop", whole("episodes"), 3)
    .option("--fps <n>", "steps a second", whole("fps"), 10)
    .option("--seed <n>", "of the environment and of the actions drawn", whole("seed", 0), 0)
    .action(async (path: string, { episodes, fps, seed }: WatchFlags) => {
      const { agent, options } = loadAgent(path);
      const environments = environmentsOf({ ...options, seed, count: 1 }, "evaluation");
      const game = await play(agent, environments, { seed });
      const returns: number[] = [];
      const draw = (): void => {
        const frame = terminalPicture(picture(environments.observation, game.observations, { scale: 1 }));
        // To the top left, and away with what an earlier, larger frame left.
        process.stdout.write(`\u001b[H${frame}\u001b[J\nreturns: ${returns.join(", ")}\n`);
      };
      process.stdout.write("\u001b[2J");
      draw();
      while (returns.length < episodes) {
        await setTimeout(1000 / fps);
        for (const episode of await game.step()) returns.push(episode.return);
        draw();
      }
      await game.dispose();
      await agent.dispose();
    });
}
