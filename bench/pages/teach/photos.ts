// Draws the photographs of a set, and hands their pixels out as text.
import csv from '../../../demo/data/digits.csv?raw';
import { parseTable } from '../../../src/core/data/table.ts';
import { drawnDigits, pages, photoOf, textCrops } from '../../teach/photo-sets.ts';

declare global {
  interface Window {
    photos: {
      /** @returns how many classes the set has */
      classes(set: string): number;
      /** The first `count` of a class, RGB [count, side, side, 3] in base64. */
      draw(set: string, label: number, count: number): string;
    };
  }
}

const { rows } = parseTable(csv);
const digits = drawnDigits({
  cells: rows.map(row => row.slice(0, -1).map(Number)),
  digits: rows.map(row => Number(row.at(-1))),
});
const setNamed = (name: string) => [digits, textCrops, pages].find(set => set.name === name)!;
/** Arguments that a call takes are bounded. */
const charactersAtOnce = 32_768;

window.photos = {
  classes: name => setNamed(name).classes.length,
  draw(name, label, count) {
    let text = '';
    for (let nth = 0; nth < count; nth++) {
      const { rgba } = photoOf(setNamed(name), label, nth);
      const rgb = rgba.filter((_, i) => i % 4 !== 3);
      for (let from = 0; from < rgb.length; from += charactersAtOnce) {
        text += String.fromCharCode(...rgb.subarray(from, from + charactersAtOnce));
      }
    }
    return btoa(text);
  },
};
