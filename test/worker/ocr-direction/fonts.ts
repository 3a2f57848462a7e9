// The typefaces that this browser has, parted into those that are learnt from and those that are judged on.

/** What systems come with; every third that is there is held out, so the kinds are mixed. */
const candidates = [
  'DejaVu Sans',
  'DejaVu Serif',
  'Liberation Serif',
  'DejaVu Sans Mono',
  'Liberation Sans',
  'Liberation Mono',
  'Liberation Sans Narrow',
  'Noto Sans CJK SC',
  'Noto Serif CJK SC',
  'Noto Sans',
  'Noto Serif',
  'Roboto',
  'Arial',
  'Verdana',
  'Times New Roman',
  'Georgia',
  'Menlo',
  'Courier New',
];
const probes = ['mmmmmm iiiiii', 'Handgloves 0123456789', 'fjQ&@%'];

export interface Fonts {
  readonly train: readonly string[];
  readonly held: readonly string[];
}

/**
 * A family that the system answers with another one's face (Arial by Liberation Sans) has that one's widths and is left
 * out, so that no face is in both parts.
 */
export function availableFonts(): Fonts {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  const widthsOf = (family: string, fallback: string) => {
    context.font = `40px '${family}', ${fallback}`;
    return probes.map(text => context.measureText(text).width).join();
  };
  const faces = new Map<string, string>();
  for (const family of candidates) {
    const widths = widthsOf(family, 'monospace');
    const isThere = widths === widthsOf(family, 'serif');
    if (isThere && !faces.has(widths)) faces.set(widths, family);
  }
  const all = [...faces.values()];
  return { train: all.filter((_, i) => i % 3 !== 2), held: all.filter((_, i) => i % 3 === 2) };
}
