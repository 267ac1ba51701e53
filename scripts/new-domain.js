// Makes a domain package with one benchmark that runs:  npm run new-domain -- NAME [ROOT]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [name, root = join(import.meta.dirname, "..")] = process.argv.slice(2);
const template = fileURLToPath(new URL("domain-template", import.meta.url));

function fail(message) {
  console.error(`new-domain: ${message}`);
  process.exit(1);
}

if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name))
  fail(`give a name in lower case, for example: npm run new-domain -- weather (this was "${name ?? ""}")`);
const folder = resolve(root, "packages", name);
if (existsSync(folder)) fail(`${folder} is there already.`);

const versionOf = (sibling) =>
  JSON.parse(readFileSync(new URL(`../packages/${sibling}/package.json`, import.meta.url), "utf8")).version;
/** What stands for a word of the new package. Versions are those of now, so that npm links the workspaces and does not ask the registry. */
const words = {
  __name__: name,
  "__core-version__": versionOf("core"),
  "__bench-version__": versionOf("bench"),
};

// The ending keeps the tools of this repository from taking a template for a source.
const ending = ".template";
for (const entry of readdirSync(template, { recursive: true, encoding: "utf8" })) {
  if (!entry.endsWith(ending)) continue;
  const path = join(folder, entry.slice(0, -ending.length));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    readFileSync(join(template, entry), "utf8").replaceAll(/__[a-z-]+__/g, (word) => words[word]),
  );
}
console.log(`packages/${name} is there. Next:

  npm install                        # links the new workspace
  npm run bench -- ${name}            # builds all and runs its smoke tier
  npx vitest run packages/${name}/`);
