import { expect, it } from "vitest";
import { readmeImports } from "../readme-imports.ts";

it("finds the imports of packages in TypeScript blocks, over several lines too, and their packages", () => {
  const page = `import { outside } from "text";
\`\`\`ts
import * as tf from "@tensorflow/tfjs";
import {
  adam,
  type Model,
} from "@outrigger/core/optimize/adam";
import { readFile } from "node:fs/promises";
import { trust } from "./trust.js";
const x = 1;
\`\`\`
\`\`\`sh
import { shell } from "sh";
\`\`\`
`;
  expect(readmeImports(page)).toEqual([
    { statement: 'import * as tf from "@tensorflow/tfjs";', from: "@tensorflow/tfjs" },
    {
      statement: 'import {\n  adam,\n  type Model,\n} from "@outrigger/core/optimize/adam";',
      from: "@outrigger/core",
    },
  ]);
});
