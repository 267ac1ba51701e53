import { join } from "node:path";
import { build } from "vite";

/** What the import map of index.html names. */
const libraries = { core: "@outrigger/core", tfjs: "@tensorflow/tfjs" };

/**
 * Makes core and tfjs into two modules that a page can import, with what they share between them and the WebAssembly beside them. Needed
 * once; the page itself is never built.
 *
 * @param {string} outDir
 * @param {string[]} [conditions] of exports, for a core that lies there as sources
 */
export async function buildLibraries(outDir, conditions = ["browser", "module", "import", "default"]) {
  const name = (id) => id.replace("\0library:", "");
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    base: "./",
    resolve: { conditions },
    plugins: [
      {
        name: "libraries",
        resolveId: (id) => (id.startsWith("library:") ? `\0${id}` : undefined),
        load: (id) => (id.startsWith("\0library:") ? `export * from "${libraries[name(id)]}";` : undefined),
      },
    ],
    build: {
      outDir,
      emptyOutDir: true,
      target: "esnext",
      rollupOptions: {
        input: Object.fromEntries(Object.keys(libraries).map((key) => [key, `library:${key}`])),
        // Both modules are there to be imported: nothing that they export may go.
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "[name].js" },
      },
    },
  });
}

if (process.argv[1] === import.meta.filename) await buildLibraries(join(import.meta.dirname, "libraries"));
