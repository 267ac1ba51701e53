/** The last step of `npm run docs`: fails when a link of the built site leads nowhere. */
import { readSite } from "./built-site.ts";
import { lostLinks } from "./lost-links.ts";

const site = readSite();
const lost = lostLinks(site);
for (const sentence of lost) console.error(sentence);
console.log(`links of ${site.pages.length} pages: ${lost.length} lead nowhere`);
if (lost.length > 0) process.exitCode = 1;
