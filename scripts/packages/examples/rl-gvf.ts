import {
  createAgent,
  evaluate,
  minatar,
  minatarGames,
  questions,
  seededVector,
  stickyActions,
  torsoSettings,
} from "@outrigger/rl-gvf";

const breakout = (seed: number, purpose: "train" | "evaluation") =>
  seededVector(
    (random) =>
      stickyActions(minatar(minatarGames.breakout, { random: random("game") }), { random: random("sticky") }),
    { count: 4, seed, purpose },
  );
const agent = createAgent({
  environments: breakout(7, "train"),
  seed: 7,
  network: { torso: torsoSettings.minatar },
  auxiliaries: [questions()],
});
while (agent.steps < 400) await agent.update();
const { meanReturn } = await evaluate(agent, breakout(7, "evaluation"), { episodes: 2 });
if (!Number.isFinite(meanReturn)) throw new Error(`The mean return is ${meanReturn}.`);
console.log(`mean return ${meanReturn} after ${agent.steps} steps`);
