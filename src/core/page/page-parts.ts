// Which of the files that the build makes of `src/app/page` a page has: its script knows one way of asking, and no other.
import type { PageAsks } from './page-facts.ts';

/** Where an app's server has them. */
export const pageFolder = '/page/';

export interface PagePart {
  /** Below `pageFolder`. */
  readonly from: string;
  /** In the page's own folder. */
  readonly to: string;
}

const scripts: Readonly<Record<PageAsks, string>> = {
  photo: 'photo',
  sound: 'sound',
  drawing: 'sample',
  numbers: 'sample',
};

/** What hears: it runs in the browser's audio thread, from a file of its own. */
const listener: PagePart = { from: 'listener.js', to: 'listener.js' };

export function partsOf(asks: PageAsks): PagePart[] {
  return [
    { from: `${scripts[asks]}.js`, to: 'page.js' },
    { from: 'page.css', to: 'page.css' },
    { from: 'runtime.js', to: 'runtime.js' },
    { from: 'LICENSES.txt', to: 'LICENSES.txt' },
    ...(asks === 'sound' ? [listener] : []),
  ];
}
