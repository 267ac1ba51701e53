import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** Lines of a file that are shown. */
const MOST = 600;

/** A page that shows a file of the repository, or what lies in a folder. */
export function sourcePage(root: string, file: string): string {
  const path = join(root, file);
  const title = `# \`${file}\`\n\n`;
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => name !== "node_modules" && name !== "dist");
    return `${title}${names.map((name) => `- \`${name}\``).join("\n")}\n`;
  }
  const text = readFileSync(path, "utf8");
  const lines = text.trimEnd().split("\n");
  const shown = lines.length > MOST ? [...lines.slice(0, MOST), "…"] : lines;
  // Colours of long files cost more than all other pages together.
  const language = lines.length > 200 ? "text" : extname(file).slice(1) || "text";
  return `${title}\`\`\`\`${language}\n${shown.join("\n")}\n\`\`\`\`\n`;
}
