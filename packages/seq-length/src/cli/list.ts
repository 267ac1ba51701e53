import { print } from "@outrigger/core/command/output";
import type { Command } from "commander";
import { listText } from "../command/list.ts";

export function addList(program: Command): void {
  program
    .command("list")
    .description("every task, auxiliary, position encoding and attention scale, with a line each")
    .action(() => print(listText()));
}
