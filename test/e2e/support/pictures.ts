// Pictures as files, drawn by a page.
import type { Page } from 'playwright';

export type Colour = readonly [red: number, green: number, blue: number];

interface PictureFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A square of one colour. */
export async function plainPng(page: Page, colour: Colour): Promise<PictureFile> {
  const url = await page.evaluate(
    fill => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 300;
      const context = canvas.getContext('2d')!;
      context.fillStyle = fill;
      context.fillRect(0, 0, 300, 300);
      return canvas.toDataURL('image/png');
    },
    `rgb(${colour.join(' ')})`,
  );
  return {
    name: 'plain.png',
    mimeType: 'image/png',
    buffer: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'),
  };
}

/** Discs of that colour, each at another place. */
export async function discPngs(
  page: Page,
  name: string,
  colour: Colour,
  from: number,
  count: number,
): Promise<PictureFile[]> {
  const encoded = await page.evaluate(
    async ({ fill, first, n }) => {
      const photos: string[] = [];
      for (let i = first; i < first + n; i += 1) {
        const canvas = new OffscreenCanvas(160, 120);
        const context = canvas.getContext('2d')!;
        context.fillStyle = `rgb(${190 + 6 * i}, ${210 - 5 * i}, 170)`;
        context.fillRect(0, 0, 160, 120);
        context.fillStyle = fill;
        context.beginPath();
        context.arc(55 + 7 * i, 45 + 5 * (i % 4), 26 + 2 * i, 0, 7);
        context.fill();
        const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
        photos.push(btoa(String.fromCharCode(...bytes)));
      }
      return photos;
    },
    { fill: `rgb(${colour.join(' ')})`, first: from, n: count },
  );
  return encoded.map((text, i) => ({
    name: `${name} ${from + i}.png`,
    mimeType: 'image/png',
    buffer: Buffer.from(text, 'base64'),
  }));
}
