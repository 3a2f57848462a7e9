// Draws the photographs of a set, and hands their pixels out as text.
import { setNamed } from './sets.ts';

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

/** Arguments that a call takes are bounded. */
const charactersAtOnce = 32_768;

window.photos = {
  classes: name => setNamed(name).classes.length,
  draw(name, label, count) {
    const set = setNamed(name);
    let text = '';
    for (let nth = 0; nth < count; nth++) {
      const { rgba } = set.photoOf(label, nth);
      const rgb = rgba.filter((_, i) => i % 4 !== 3);
      for (let from = 0; from < rgb.length; from += charactersAtOnce) {
        text += String.fromCharCode(...rgb.subarray(from, from + charactersAtOnce));
      }
    }
    return btoa(text);
  },
};
