import { posix } from "node:path";

/** A link or picture of a page that leads nowhere once the package is installed. */
export interface BrokenLink {
  readonly page: string;
  readonly target: string;
}

/** What is published of every package: the paths in its tarball, by folder. */
export type Published = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Links of a page that lead to nothing in the tarballs. Absolute addresses and anchors are left alone. `../core/docs/methods.md` is good
 * if core publishes it: packages lie side by side in `node_modules/@outrigger` as they do here.
 *
 * @param folder the page's package, such as `core`
 * @param page path in the package, which links are relative to
 */
export function brokenLinks(
  folder: string,
  page: string,
  markdown: string,
  published: Published,
): BrokenLink[] {
  const holds = (path: string): boolean => {
    const [first = "", ...rest] = path.split("/");
    const files = published.get(first);
    const inside = rest.join("/");
    return (
      files !== undefined && (files.has(inside) || [...files].some((file) => file.startsWith(`${inside}/`)))
    );
  };
  return targetsOf(markdown)
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .filter((target) => {
      const path = posix.join(folder, posix.dirname(page), target.replace(/[#?].*$/, ""));
      return !holds(path.replace(/\/$/, ""));
    })
    .map((target) => ({ page: `${folder}/${page}`, target }));
}

/** Targets of links and pictures outside of code, in Markdown and in HTML. */
function targetsOf(markdown: string): string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
  const targets = [
    ...text.matchAll(/\]\(([^)\s]+)[^)]*\)/g),
    ...text.matchAll(/\b(?:src|href)="([^"]+)"/g),
    ...text.matchAll(/^\[[^\]]+\]: (\S+)/gm),
  ];
  return targets.map(([, target = ""]) => target);
}
