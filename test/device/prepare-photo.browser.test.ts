import { expect, test } from 'vitest';
import { isPlainJpeg } from '../../src/device/plain-jpeg.ts';
import { decoded, keptSide, preparePhoto, thumbnailSide } from '../../src/device/prepare-photo.ts';
import { drawnPhoto } from './photos.ts';

/** A JPEG as a phone held upright writes it: EXIF with Orientation 6 (turn right to see it upright), and where it was. */
async function withExif(jpeg: Blob): Promise<Blob> {
  const bytes = new Uint8Array(await jpeg.arrayBuffer());
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, ...entry, 0, 0, 0, 0];
  const place = [...new TextEncoder().encode('52.5200N 13.4050E')];
  const body = [...new TextEncoder().encode('Exif\0\0'), ...tiff, ...place];
  const app1 = [0xff, 0xe1, 0, body.length + 2, ...body];
  return new Blob([bytes.slice(0, 2), new Uint8Array(app1), bytes.slice(2)], { type: 'image/jpeg' });
}

async function textOf(bytes: Uint8Array): Promise<string> {
  return new TextDecoder('latin1').decode(bytes);
}

test('a photo is turned upright, made small, and says nothing of where it was taken', async () => {
  const canvas = new OffscreenCanvas(1600, 1200);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'red';
  context.fillRect(0, 0, 1600, 1200);
  context.fillStyle = 'blue';
  context.fillRect(0, 0, 800, 1200);
  const file = await withExif(await canvas.convertToBlob({ type: 'image/jpeg' }));
  expect(await textOf(new Uint8Array(await file.arrayBuffer()))).toContain('13.4050E');
  const photo = await preparePhoto(file);
  expect([photo.width, photo.height]).toEqual([keptSide * 0.75, keptSide]);
  expect(photo.mediaType).toBe('image/jpeg');
  expect(isPlainJpeg(photo.bytes)).toBe(true);
  expect(await textOf(photo.bytes)).not.toContain('13.4050E');
  const thumbnail = await decoded(new Blob([photo.thumbnail]));
  expect([thumbnail.width, thumbnail.height]).toEqual([thumbnailSide * 0.75, thumbnailSide]);
  // Its left side is up now.
  const shown = new OffscreenCanvas(2, 2).getContext('2d')!;
  shown.drawImage(thumbnail, 0, 0, 2, 2);
  const [top, bottom] = [shown.getImageData(0, 0, 1, 1).data, shown.getImageData(0, 1, 1, 1).data];
  expect(top[2]).toBeGreaterThan(200);
  expect(bottom[0]).toBeGreaterThan(200);
});

test('a photo that was kept once comes back as it was; a small one with a place does not', async () => {
  const kept = await preparePhoto(drawnPhoto(1));
  expect((await preparePhoto(new Blob([kept.bytes]))).bytes).toEqual(kept.bytes);
  const placed = await withExif(new Blob([kept.bytes]));
  const again = await preparePhoto(placed);
  expect(await textOf(again.bytes)).not.toContain('13.4050E');
});

test('what is transparent is paper, and what is no image is refused', async () => {
  const clear = new OffscreenCanvas(4, 4);
  clear.getContext('2d')!.clearRect(0, 0, 4, 4);
  const png = await clear.convertToBlob({ type: 'image/png' });
  const { bytes } = await preparePhoto(png);
  const shown = new OffscreenCanvas(4, 4).getContext('2d')!;
  shown.drawImage(await decoded(new Blob([bytes])), 0, 0);
  expect([...shown.getImageData(0, 0, 1, 1).data]).toEqual([255, 255, 255, 255]);
  await expect(preparePhoto(new Blob(['no image']))).rejects.toMatchObject({ code: 'InputInvalid' });
});

test('a JPEG that breaks off, or is none, is not plain', async () => {
  const { bytes } = await preparePhoto(drawnPhoto(1));
  expect(isPlainJpeg(bytes.slice(0, 20))).toBe(false);
  expect(isPlainJpeg(new Uint8Array(0))).toBe(false);
  expect(isPlainJpeg(Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, 2, 0xff, 0xda, 0, 2))).toBe(false);
  const jfif = [0xff, 0xe0, 0, 7, ...new TextEncoder().encode('JFIF\0')];
  const whole = [0xff, 0xd8, ...jfif, 0xff, 0xda, 0, 2, 0x12, 0xff, 0xd9];
  expect(isPlainJpeg(Uint8Array.from(whole))).toBe(true);
  expect(isPlainJpeg(Uint8Array.from(whole.slice(0, -2)))).toBe(false);
});
