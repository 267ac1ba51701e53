/** An import of a TypeScript block, and the package that it is from. */
export interface ReadmeImport {
  readonly statement: string;
  readonly from: string;
}

/** Imports of packages in the TypeScript blocks of a page: names that must exist where the package is installed. */
export function readmeImports(markdown: string): ReadmeImport[] {
  const blocks = [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
  return blocks.flatMap((block) =>
    [...block.matchAll(/^import [^;"]*from "([^"]+)";?/gm)]
      .filter(([, target = ""]) => !/^(node:|[./])/.test(target))
      .map(([statement, target = ""]) => ({ statement, from: packageOf(target) })),
  );
}

const packageOf = (target: string): string =>
  target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
