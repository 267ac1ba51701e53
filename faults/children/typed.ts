/** Runs another script, and says of its error whether it was the one that a full disk must give. */
import { OutriggerError } from "@outrigger/core/error";

const [, , script, ...args] = process.argv;
process.argv = [process.argv[0]!, script!, ...args];
try {
  await import(script!);
} catch (error) {
  const isDisk = error instanceof OutriggerError && error.code === "disk";
  process.stdout.write(
    `\n${isDisk ? "disk" : "other"}: ${isDisk ? error.message : String((error as Error).stack)}\n`,
  );
  process.exitCode = 1;
}
