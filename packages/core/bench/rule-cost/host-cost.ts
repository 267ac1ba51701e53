import { Random } from "../../src/random.ts";
import { scene, view } from "../../src/testing/drive.ts";
import type { Weighting } from "../../src/weighting/weighting.ts";
import { median } from "../report.ts";

/**
 * Milliseconds that a rule spends on the host a step, `weigh` and `observe` together: the median over `steps` steps of new random gradients
 * that span 12 dimensions, after as many that let the compiler warm up.
 */
export function hostCost(make: () => Weighting, tasks: number, steps: number): number {
  const rule = make();
  const shown = scene(tasks, undefined, 12);
  const random = Random.seeded(0, "rule");
  const ms: number[] = [];
  let state = rule.init(tasks, 0);
  for (let step = 0; step < 2 * steps; step++) {
    const seen = view(shown, step, 0, rule.needs(state, step));
    const all = { ...seen, losses: shown(step).losses };
    const start = performance.now();
    const asked = rule.weigh(seen, state, random);
    state = rule.observe === undefined ? asked.state : rule.observe(all, asked.state);
    ms.push(performance.now() - start);
  }
  return median(ms.slice(steps));
}
