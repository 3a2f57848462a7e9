// The photographs that teaching is measured by, drawn in a Chromium for whoever looks at them in Node.
import { openBrowser } from '../browser.ts';
import { servePages } from '../pages-server.ts';
import { photoSide } from './photo-sets.ts';

export interface DrawnSet {
  readonly classes: number;
  readonly perClass: number;
  /** RGB, [classes · perClass][side, side, 3]: place = class · perClass + nth. */
  readonly photos: readonly Uint8Array<ArrayBuffer>[];
}

/** @param root of the project @param name of the set */
export async function drawPhotos(root: string, name: string, perClass: number): Promise<DrawnSet> {
  const pages = await servePages(root, {
    names: ['teach/photos'],
    models: new Map(),
    identifiers: 'shortened',
  });
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(`${pages.url}/teach/photos.html`);
    await page.waitForFunction(() => typeof window.photos === 'object');
    const classes = await page.evaluate(set => window.photos.classes(set), name);
    const photos: Uint8Array<ArrayBuffer>[] = [];
    const bytes = 3 * photoSide ** 2;
    for (let label = 0; label < classes; label++) {
      const text = await page.evaluate(([set, of, count]) => window.photos.draw(set, of, count), [
        name,
        label,
        perClass,
      ] as const);
      const rgb = new Uint8Array(Buffer.from(text, 'base64'));
      for (let nth = 0; nth < perClass; nth++) photos.push(rgb.slice(nth * bytes, (nth + 1) * bytes));
    }
    return { classes, perClass, photos };
  } finally {
    await browser.close();
    await pages.close();
  }
}
