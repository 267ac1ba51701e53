import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { explorerPage } from "./explorer-page.ts";

const target = fileURLToPath(new URL("../explorer.html", import.meta.url));
const text = await explorerPage();
await writeFile(target, text);
console.log(`${target}: ${Math.round(text.length / 1000)} kB`);
