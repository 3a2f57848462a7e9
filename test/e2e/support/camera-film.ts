// A film for Chromium's fake camera, made here: things on a table, each for a while, moving as a hand holds them. YUV4MPEG2
// (https://wiki.multimedia.cx/index.php/YUV4MPEG2), which Chromium plays in a loop.
import { open } from 'node:fs/promises';
import type { Page } from 'playwright';

/** One thing in front of the camera: its outline, its colour, and what it lies on. sRGB, 0 to 255 each. */
export interface Thing {
  readonly shape: 'disc' | 'square' | 'cross';
  readonly colour: readonly [number, number, number];
  readonly ground: readonly [number, number, number];
}

const width = 320;
const height = 240;
export const filmRate = 10;

/** @param seconds that each thing is shown for, in turn */
export async function writeFilm(path: string, things: readonly Thing[], seconds: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.write(`YUV4MPEG2 W${width} H${height} F${filmRate}:1 Ip A1:1 C420jpeg\n`);
    for (const thing of things) {
      for (let frame = 0; frame < seconds * filmRate; frame++) {
        await file.write('FRAME\n');
        await file.write(i420(thing, frame));
      }
    }
  } finally {
    await file.close();
  }
}

/** The thing wanders and grows and shrinks a little: no two frames are alike, as from a hand. */
function i420(thing: Thing, frame: number): Uint8Array {
  const x = width / 2 + 26 * Math.sin(frame / 5);
  const y = height / 2 + 18 * Math.cos(frame / 7);
  const size = 58 + 12 * Math.sin(frame / 9);
  const planes = new Uint8Array(width * height * 1.5);
  const [u, v] = [width * height, width * height * 1.25];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const isThing = covers(thing.shape, column - x, row - y, size);
      // Light falls off to one side.
      const light = 1 - 0.25 * (column / width);
      const [r, g, b] = (isThing ? thing.colour : thing.ground).map(value => value * light) as [
        number,
        number,
        number,
      ];
      planes[row * width + column] = 0.299 * r + 0.587 * g + 0.114 * b;
      if (row % 2 === 0 && column % 2 === 0) {
        const at = (row / 2) * (width / 2) + column / 2;
        planes[u + at] = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b;
        planes[v + at] = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b;
      }
    }
  }
  return planes;
}

function covers(shape: Thing['shape'], x: number, y: number, size: number): boolean {
  switch (shape) {
    case 'disc':
      return Math.hypot(x, y) < size;
    case 'square':
      return Math.max(Math.abs(x), Math.abs(y)) < size * 0.9;
    case 'cross':
      return Math.min(Math.abs(x), Math.abs(y)) < size / 3 && Math.max(Math.abs(x), Math.abs(y)) < size;
  }
}

/** What Chromium is started with so that it has a camera that shows this film, and is allowed to be used. */
export function cameraArguments(film: string): string[] {
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

/** Which of the things the page's camera shows, by the colour in its middle; null: none yet. */
export async function thingInFront(page: Page, things: readonly Thing[]): Promise<Thing | null> {
  const seen = await page.evaluate(() => {
    const video = document.querySelector('video');
    if (!video || video.readyState < video.HAVE_CURRENT_DATA) return null;
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context?.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    return context ? [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)] : null;
  });
  if (!seen) return null;
  const distance = ({ colour }: Thing): number => Math.hypot(...colour.map((value, i) => value - seen[i]!));
  return things.reduce((best, thing) => (distance(thing) < distance(best) ? thing : best));
}
