import type { Command } from "commander";
import { evaluate } from "../evaluate/evaluate.ts";
import { environmentsOf, loadAgent, whole } from "./setup.ts";

interface EvalFlags {
  readonly episodes: number;
  readonly seed: number;
  readonly greedy?: boolean;
}

export function addEval(program: Command): void {
  program
    .command("eval")
    .description("Play episodes in environments of other seeds than training's; prints one line of JSON.")
    .argument("<checkpoint>", "agent.safetensors of a run")
    .option("--episodes <n>", "at least so many", whole("episodes"), 100)
    .option("--seed <n>", "of the environments and of the actions drawn", whole("seed", 0), 0)
    .option("--greedy", "take the likeliest action")
    .action(async (path: string, { episodes, seed, greedy = false }: EvalFlags) => {
      const { agent, options } = loadAgent(path);
      const environments = environmentsOf({ ...options, seed }, "evaluation");
      const { meanReturn, meanLength, returns, unfinished } = await evaluate(agent, environments, {
        episodes,
        seed,
        greedy,
      });
      await agent.dispose();
      const said = {
        ...options,
        steps: agent.steps,
        episodes: returns.length,
        unfinished,
        meanReturn,
        meanLength,
      };
      process.stdout.write(`${JSON.stringify(said)}\n`);
    });
}
