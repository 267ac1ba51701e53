import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Bundles the page into a folder to be served; a model folder goes beside it, as `model`. */
const outDir = process.argv[2];
if (outDir === undefined) throw new Error("Name the folder: npm run page -- site");
await build({
  root: fileURLToPath(new URL("../page/", import.meta.url)),
  base: "./",
  configFile: false,
  logLevel: "warn",
  resolve: { conditions: ["@outrigger/source", "browser", "module", "import", "default"] },
  build: { outDir, emptyOutDir: false, target: "esnext" },
});
console.log(`${outDir}: copy a model folder to ${outDir}/model, and serve it`);
