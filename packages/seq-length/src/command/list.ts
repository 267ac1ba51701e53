import { everyAuxiliary } from "../catalogue/auxiliaries.ts";
import { everyPosition } from "../catalogue/positions.ts";
import { everyScale } from "../catalogue/scales.ts";
import { everyTask } from "../catalogue/tasks.ts";
import { idRules } from "../setup/configuration.ts";

interface Entry {
  readonly name: string;
  readonly describe: string;
}

/** Everything that has a name, a line each, as the code describes it. */
export function listText(): string {
  const ids = [...idRules].map(([name, describe]) => ({ name, describe }));
  const parts: readonly (readonly [string, readonly Entry[]])[] = [
    [
      "Tasks (--task)",
      everyTask().map((task) => ({
        ...task,
        describe: task.describe + (task.sparse ? "" : " No restrictions."),
      })),
    ],
    ["Auxiliaries (--auxiliary)", everyAuxiliary],
    ["Position encodings (--position)", everyPosition(1)],
    ["Position ids (--ids)", ids],
    ["Attention scales (--scale)", everyScale(1)],
  ];
  const width = Math.max(...parts.flatMap(([, entries]) => entries.map(({ name }) => name.length)));
  return parts
    .map(([title, entries]) =>
      [title, ...entries.map(({ name, describe }) => `  ${name.padEnd(width)}  ${describe}`)].join("\n"),
    )
    .join("\n\n");
}
