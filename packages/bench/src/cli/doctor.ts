import type { Command } from "commander";
import { z } from "zod";
import { describeInspection, inspect } from "../command/doctor.ts";
import { check, print } from "./shared.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "what can run models here: packages, devices, what would be used and why, how to get the rest",
    )
    .option("--json", "as JSON")
    .action(async (raw: unknown) => {
      const { json } = check(z.object({ json: z.boolean().default(false) }), raw);
      const found = await inspect();
      print(json ? JSON.stringify(found, null, 2) : describeInspection(found));
    });
}
