/** The command from its sources, in a process of its own. */
import { main } from "../../packages/rl-gvf/src/cli.ts";

await main(process.argv);
