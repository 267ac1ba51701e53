import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** Lines and characters of a file that are shown: rows of results are long lines. */
const MOST = { lines: 600, characters: 60_000 };

/** A page that shows a file of the repository, or what lies in a folder. */
export function sourcePage(root: string, file: string): string {
  const path = join(root, file);
  // Code is no text: in the search it would hide what explains it.
  const title = `---\nsearch: false\n---\n\n# \`${file}\`\n\n`;
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => name !== "node_modules" && name !== "dist");
    return `${title}${names.map((name) => `- \`${name}\``).join("\n")}\n`;
  }
  const text = readFileSync(path, "utf8");
  const lines = text.trimEnd().split("\n");
  const start = lines.slice(0, MOST.lines).join("\n").slice(0, MOST.characters);
  const shown = start.length < text.trimEnd().length ? `${start}\n…` : start;
  // Colours of long files cost more than all other pages together.
  const language = lines.length > 200 || start.length > 20_000 ? "text" : extname(file).slice(1) || "text";
  return `${title}\`\`\`\`${language}\n${shown}\n\`\`\`\`\n`;
}
