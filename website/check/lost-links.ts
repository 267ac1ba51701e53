import type { BuiltSite } from "./built-site.ts";

/** What a page links to, and the anchors that others can link to. */
interface Ends {
  readonly links: ReadonlySet<string>;
  readonly anchors: ReadonlySet<string>;
}

/**
 * Links that lead nowhere, a sentence each: to no page, to an anchor that its page lacks, or out of the site by something other than http(s).
 * The built pages are read, so that headings have the anchors that readers get, and links of the navigation count as those of the text.
 * Cost: one pass over the HTML.
 */
export function lostLinks({ pages, files }: BuiltSite): string[] {
  const ends = new Map(pages.map(({ address, html }) => [address, endsOf(html)]));
  const lost = (page: string, link: string): string | undefined => {
    if (/^[a-z][a-z+.-]*:/i.test(link))
      return /^https?:\/\/[^/]/.test(link) ? undefined : "which is neither a page nor http(s)";
    const { pathname, hash } = new URL(link, `http://site${page}`);
    const target = decodeURI(pathname);
    const anchor = decodeURIComponent(hash.slice(1));
    const end = ends.get(target);
    if (end === undefined) return files.has(target) ? undefined : `and there is no page ${target}`;
    return anchor === "" || end.anchors.has(anchor) ? undefined : `and ${target} has no #${anchor}`;
  };
  return [...ends].flatMap(([page, { links }]) =>
    [...links].flatMap((link) => {
      const why = lost(page, link);
      return why === undefined ? [] : [`${page} has a link to ${link}, ${why}.`];
    }),
  );
}

function endsOf(html: string): Ends {
  const values = (pattern: RegExp): Set<string> =>
    new Set([...html.matchAll(pattern)].map(([, value = ""]) => value.replaceAll("&amp;", "&")));
  return { links: values(/<a\s(?:[^>]*?\s)?href="([^"]*)"/g), anchors: values(/\sid="([^"]+)"/g) };
}
