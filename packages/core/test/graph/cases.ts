import { readdirSync } from "node:fs";
import type { Case } from "./case.ts";

const folder = new URL("cases/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const loaded = await Promise.all(
  files.map(
    (name) => import(`./cases/${name.replace(/\.ts$/, "")}.ts`) as Promise<{ cases: readonly Case[] }>,
  ),
);

/** The cases of every file in `cases/`: a new file is found by lying there. */
export const cases: readonly Case[] = loaded.flatMap((file) => file.cases);
