import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";

const groups = JSON.parse(readFileSync(join(import.meta.dirname, "../.site/methods.json"), "utf8")) as {
  group: string;
  names: string[];
}[];
/** For the tabs of browsers: a hull and its float. */
const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='%232f6fb3' stroke-width='3' stroke-linecap='round'><path d='M3 11h26c-4 8-22 8-26 0z' fill='%232f6fb3'/><path d='M10 17v8M22 17v8M7 26h18'/></svg>";
const link = (text: string, address: string): { text: string; link: string } => ({ text, link: address });

export default defineConfig({
  title: "Outrigger",
  description:
    "Train a primary task with the help of auxiliary tasks, and measure honestly whether they helped.",
  srcDir: ".site",
  outDir: ".vitepress/dist",
  cleanUrls: true,
  head: [["link", { rel: "icon", href: icon }]],
  themeConfig: {
    search: { provider: "local" },
    nav: [link("Guides", "/docs/guide/your-data"), link("Methods", "/methods/"), link("API", "/api/")],
    sidebar: [
      {
        text: "Five minutes",
        items: [
          link("What it is", "/"),
          link("Molecules", "/docs/guide/molecules"),
          link("Detection", "/docs/guide/detection"),
          link("Longer sequences", "/docs/guide/sequences"),
          link("Reinforcement learning", "/docs/guide/reinforcement"),
          link("Linear models", "/docs/guide/linear"),
        ],
      },
      {
        text: "Guides",
        items: [
          link("Your own data", "/docs/guide/your-data"),
          link("How to read the report", "/docs/guide/reading-the-report"),
          link("Add a weighting", "/docs/guide/add-a-weighting"),
          link("Add a domain", "/docs/guide/add-a-domain"),
          link("On many machines", "/docs/guide/many-machines"),
          link("On a GPU", "/packages/core/docs/gpu"),
          link("In a page", "/packages/core/docs/browser"),
          link("Models in and out", "/packages/core/docs/models"),
          link("Sharing", "/packages/core/docs/sharing"),
          link("Diagnostics", "/packages/core/docs/diagnostics"),
          link("Architecture", "/docs/guide/architecture"),
        ],
      },
      {
        text: "Packages",
        items: [
          "core",
          "molecular",
          "vision-rock",
          "seq-length",
          "rl-gvf",
          "linear-theory",
          "bench",
          "core-bench",
        ].map((name) => link(name, `/packages/${name}/`)),
      },
      {
        text: "API",
        collapsed: true,
        items: ["core", "molecular", "vision-rock", "seq-length", "rl-gvf", "linear-theory", "bench"].map(
          (name) => link(name, `/api/${name}`),
        ),
      },
      {
        text: "Methods",
        collapsed: true,
        link: "/methods/",
        items: groups.map(({ group, names }) => ({
          text: group,
          collapsed: true,
          items: names.map((name) => link(name, `/methods/${name}`)),
        })),
      },
      {
        text: "About",
        items: [
          link("Contributing", "/CONTRIBUTING"),
          link("Security", "/SECURITY"),
          link("Faults", "/docs/faults"),
          link("Packages and sizes", "/docs/packages"),
          link("Licences", "/docs/licences"),
          link("Decisions", "/docs/decisions"),
          link("Related work", "/docs/related"),
        ],
      },
    ],
  },
});
