import type { Command } from "commander";
import { z } from "zod";
import type { Tier } from "../benchmark.ts";
import { named, runnable } from "../command/select.ts";
import { tierSchema } from "../results/row.ts";
import { trialCount } from "../run/plan.ts";
import { armsOf } from "../run/run.ts";
import { check, print, shared } from "./shared.ts";

export function addList(program: Command): void {
  program
    .command("list")
    .description("what there is to run, and what it needs")
    .addOption(shared.tier().default("smoke"))
    .action(async (raw: unknown) => list(check(z.object({ tier: tierSchema }), raw).tier));
}

async function list(tier: Tier): Promise<void> {
  const { ready, leftOut } = await runnable((await named([])).found, tier);
  for (const found of ready) {
    const { benchmark } = found;
    const seeds = benchmark.tiers[tier]?.seeds.length ?? 0;
    const arms = armsOf(found, tier);
    const trials = arms.reduce((sum, arm) => sum + trialCount(arm, seeds), 0);
    const data = benchmark.simulated ? `${benchmark.source}, simulated` : benchmark.source;
    print(`${benchmark.name}  ${benchmark.title} (${data}; ${found.package} ${found.packageVersion})`);
    print(`  tier ${tier}: ${arms.length} rows, ${seeds} seeds, ${trials} trials`);
    print(`  methods: ${[...new Set(arms.map((arm) => arm.method))].join(", ")}`);
  }
  for (const { name, why } of leftOut) print(`${name}  cannot run here. ${why}`);
}
