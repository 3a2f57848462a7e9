// Photographs, as far as a test can make them: what is written or printed is drawn on paper, the paper lies on a table, turned
// and lit unevenly, and the picture has noise. Each set has classes that people would teach; where a handwriting is wanted it
// is real (the digits of the demo, UCI Optical Recognition of Handwritten Digits). What is drawn in the app is another set
// (drawn-digits.ts).
import { type Random, seededRandom } from '../../src/core/data/random.ts';

export interface RgbaPhoto {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** [rows][64], 0 to 16, and the digit of each. */
export interface Handwriting {
  readonly cells: readonly (readonly number[])[];
  readonly digits: readonly number[];
}

export interface PhotoSet {
  readonly name: string;
  readonly classes: readonly string[];
  /** The nth of a class is the same wherever it is drawn with the same fonts. */
  readonly photoOf: (label: number, nth: number) => RgbaPhoto;
}

/** What lies on the table. */
type DrawPaper = (canvas: OffscreenCanvasRenderingContext2D, label: number, random: Random) => void;

/** Pixels along both sides; the paper that is drawn on takes about three quarters. */
export const photoSide = 256;
const paperSide = 320;

function photographed({ draw, ...set }: Omit<PhotoSet, 'photoOf'> & { readonly draw: DrawPaper }): PhotoSet {
  return { ...set, photoOf: (label, nth) => onTable(draw, label, nth) };
}

function onTable(draw: DrawPaper, label: number, nth: number): RgbaPhoto {
  const random = seededRandom(1 + label + 1000 * nth);
  const paper = new OffscreenCanvas(paperSide, paperSide);
  const drawing = paper.getContext('2d')!;
  drawing.fillStyle = tint(random, 245, 14);
  drawing.fillRect(0, 0, paperSide, paperSide);
  draw(drawing, label, random);
  const table = new OffscreenCanvas(photoSide, photoSide);
  const photo = table.getContext('2d', { willReadFrequently: true })!;
  photo.fillStyle = tint(random, 60 + 140 * random.uniform(), 60);
  photo.fillRect(0, 0, photoSide, photoSide);
  const place = () => (random.uniform() - 0.5) * 0.1 * photoSide;
  photo.translate(photoSide / 2 + place(), photoSide / 2 + place());
  photo.rotate(((random.uniform() - 0.5) * 24 * Math.PI) / 180);
  const scale = ((0.85 + 0.35 * random.uniform()) * photoSide) / paperSide;
  photo.scale(scale, scale * (0.92 + 0.16 * random.uniform()));
  photo.drawImage(paper, -paperSide / 2, -paperSide / 2);
  const image = photo.getImageData(0, 0, photoSide, photoSide);
  light(image.data, random);
  return { width: photoSide, height: photoSide, rgba: image.data };
}

/** A slope of light across, and noise in each pixel. */
function light(rgba: Uint8ClampedArray, random: Random): void {
  const angle = 2 * Math.PI * random.uniform();
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const [middle, slope] = [0.7 + 0.3 * random.uniform(), 0.5 * random.uniform()];
  const noise = 2 + 6 * random.uniform();
  for (let y = 0; y < photoSide; y++) {
    for (let x = 0; x < photoSide; x++) {
      const factor = middle + slope * ((dx * x + dy * y) / photoSide - (dx + dy) / 2);
      // About a normal's: three uniform numbers, for there are many pixels.
      const grain = 2 * noise * (random.uniform() + random.uniform() + random.uniform() - 1.5);
      for (let at = 4 * (y * photoSide + x), c = 0; c < 3; c++, at++) rgba[at] = rgba[at]! * factor + grain;
    }
  }
}

function tint(random: Random, brightness: number, spread: number): string {
  const channel = () => Math.round(brightness + spread * (random.uniform() - 0.5));
  return `rgb(${channel()}, ${channel()}, ${channel()})`;
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)]!;
}

/** Ten digits, each written by somebody, with a pen. */
export function writtenDigits(handwriting: Handwriting): PhotoSet {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    return handwriting.cells.filter((_row, row) => handwriting.digits[row] === digit);
  });
  return photographed({
    name: 'digits',
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
    draw(canvas, label, random) {
      const cells = pick(random, rows[label]!);
      const ink = new OffscreenCanvas(8, 8);
      const pixels = ink.getContext('2d')!.createImageData(8, 8);
      const pen = [20 + 60 * random.uniform(), 20 + 60 * random.uniform(), 40 + 120 * random.uniform()];
      cells.forEach((count, i) => pixels.data.set([...pen, (255 * count) / 16], 4 * i));
      ink.getContext('2d')!.putImageData(pixels, 0, 0);
      const size = paperSide * (0.5 + 0.25 * random.uniform());
      canvas.imageSmoothingQuality = 'high';
      canvas.drawImage(ink, (paperSide - size) / 2, (paperSide - size) / 2, size, size);
    },
  });
}

const scripts: readonly { readonly name: string; readonly letters: string; readonly joins: boolean }[] = [
  { name: 'Latin', letters: 'aaaabcdeeeeefghiiijklmnnnoooprrrsssttttuuvwyz', joins: true },
  { name: 'Cyrillic', letters: 'аааабвгдееежзиийклмннноооопрсттуфхцчшщыьэюя', joins: true },
  { name: 'Greek', letters: 'αααβγδεεεζηηθιιικλμνννξοοοπρστττυφχψωωάέήίόύώ', joins: true },
  {
    name: 'Chinese',
    letters:
      '的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后',
    joins: false,
  },
  {
    name: 'Japanese',
    letters:
      'のにはをたがでてとしれさあるいもするからなこときますでしたアイウカキクコサシスタテトナノハフマミムメラリルレロン',
    joins: false,
  },
  {
    name: 'Korean',
    letters: '이다의는에을가고하지로한사기서인대리도그나시자아들어수해정부일보면제전것과를있은스상원여',
    joins: false,
  },
];
const fonts = ['serif', 'sans-serif', '"Noto Sans CJK SC", sans-serif', '"Noto Serif CJK JP", serif'];

function word({ letters, joins }: (typeof scripts)[number], random: Random): string {
  const length = joins ? 2 + random.integer(8) : 1 + random.integer(4);
  return Array.from({ length }, () => pick(random, Array.from(letters))).join('');
}

/** A few words of one script, as they are cut out of a sign or a page. */
export const textCrops = photographed({
  name: 'text crops',
  classes: scripts.map(({ name }) => name),
  draw(canvas, label, random) {
    const size = 34 + 40 * random.uniform();
    canvas.font = `${pick(random, ['', 'bold '])}${size}px ${pick(random, fonts)}`;
    canvas.fillStyle = tint(random, 40, 60);
    for (let y = size * 1.2; y < paperSide; y += size * 1.5) {
      let line = '';
      while (canvas.measureText(line).width < paperSide) {
        line += word(scripts[label]!, random) + (scripts[label]!.joins ? ' ' : '');
      }
      canvas.fillText(line, -20 * random.uniform(), y);
    }
  },
});

/** A page of one kind, without regard to what it says. */
export const pages = photographed({
  name: 'pages',
  classes: ['letter', 'article', 'table', 'listing', 'slide'],
  draw(canvas, label, random) {
    canvas.fillStyle = tint(random, 30, 40);
    [letter, article, table, listing, slide][label]!(canvas, random);
  },
});

type Page = (canvas: OffscreenCanvasRenderingContext2D, random: Random) => void;

const text = (random: Random, words: number) =>
  Array.from({ length: words }, () => word(scripts[0]!, random)).join(' ');

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly lines: number;
  readonly size: number;
}

function paragraph(canvas: OffscreenCanvasRenderingContext2D, random: Random, block: Block): number {
  const { x, y, width, lines, size } = block;
  canvas.save();
  canvas.beginPath();
  for (let line = 0; line < lines; line++) {
    const share = line === lines - 1 ? 0.3 + 0.6 * random.uniform() : 1;
    canvas.rect(x, y + line * size * 1.35, width * share, size * 1.35);
  }
  canvas.clip();
  for (let line = 0; line < lines; line++) {
    canvas.fillText(text(random, 16), x, y + size + line * size * 1.35, width * 3);
  }
  canvas.restore();
  return y + (lines + 0.8) * size * 1.35;
}

const letter: Page = (canvas, random) => {
  const size = 9 + 2 * random.uniform();
  canvas.font = `${size}px serif`;
  let y = 24 + 20 * random.uniform();
  for (let i = 0; i < 3; i++, y += size * 1.4) canvas.fillText(text(random, 2), 36, y);
  canvas.fillText(text(random, 2), 220, y);
  y += 30;
  const count = 2 + random.integer(2);
  for (let i = 0; i < count; i++) {
    y = paragraph(canvas, random, { x: 36, y, width: 248, lines: 3 + random.integer(3), size });
  }
  canvas.font = `italic ${size * 1.6}px serif`;
  canvas.fillText(text(random, 1), 36, y + 24);
};

const article: Page = (canvas, random) => {
  canvas.font = `bold ${15 + 4 * random.uniform()}px serif`;
  canvas.fillText(text(random, 4), 24, 34, 270);
  const size = 7 + random.uniform();
  canvas.font = `${size}px serif`;
  const columns = 2 + random.integer(2);
  const width = (272 - 12 * (columns - 1)) / columns;
  for (let column = 0; column < columns; column++) {
    for (let y = 48; y < 290;) {
      const lines = Math.min(4 + random.integer(7), Math.floor((300 - y) / (size * 1.35)));
      y = paragraph(canvas, random, { x: 24 + column * (width + 12), y, width, lines, size });
    }
  }
};

const table: Page = (canvas, random) => {
  const [rows, columns] = [8 + random.integer(8), 3 + random.integer(4)];
  const [height, width] = [260 / rows, 280 / columns];
  canvas.strokeStyle = tint(random, 90, 60);
  canvas.font = `${Math.min(11, height * 0.6)}px sans-serif`;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [20 + column * width, 30 + row * height];
      canvas.strokeRect(x, y, width, height);
      const isWord = row === 0 || column === 0;
      const value = isWord ? word(scripts[0]!, random) : (1000 * random.uniform()).toFixed(random.integer(3));
      canvas.fillText(value, x + 4, y + height * 0.7, width - 8);
    }
  }
};

const listing: Page = (canvas, random) => {
  const size = 8 + 2 * random.uniform();
  canvas.font = `${size}px monospace`;
  let depth = 0;
  for (let y = 24; y < 300; y += size * 1.4) {
    if (random.uniform() < 0.12) continue;
    canvas.fillText(codeLine(random), 24 + depth * size * 1.2, y);
    depth = Math.max(0, Math.min(4, depth + pick(random, [-1, 0, 0, 1])));
  }
};

function codeLine(random: Random): string {
  const name = () => word(scripts[0]!, random);
  return pick(random, [
    () => `if (${name()} < ${random.integer(100)}) {`,
    () => `const ${name()} = ${name()}(${name()});`,
    () => `return ${name()}.${name()};`,
    () => '}',
    () => `// ${name()} ${name()} ${name()}`,
  ])();
}

const slide: Page = (canvas, random) => {
  canvas.fillStyle = tint(random, 120, 160);
  canvas.fillRect(0, 0, paperSide, 56 + 20 * random.uniform());
  canvas.fillStyle = 'white';
  canvas.font = 'bold 24px sans-serif';
  canvas.fillText(text(random, 3), 20, 42, 280);
  canvas.fillStyle = tint(random, 40, 40);
  canvas.font = `${15 + 4 * random.uniform()}px sans-serif`;
  const points = 3 + random.integer(3);
  for (let i = 0; i < points; i++) canvas.fillText(`• ${text(random, 3)}`, 24, 106 + i * 36, 170);
  canvas.fillStyle = tint(random, 150, 160);
  for (let bar = 0; bar < 4; bar++) {
    const height = 30 + 90 * random.uniform();
    canvas.fillRect(205 + bar * 24, 250 - height, 17, height);
  }
};
