// The shortest decimal that reads back as the same binary32, written as ASCII. JavaScript prints binary64: 0.1 as a binary32
// would be 0.10000000149011612, of which no digit after the ninth says anything, and finding them takes three times as long.

/** What one number takes at most: JavaScript writes the largest below 10^21 with all their zeros. */
export const maxFloat32Bytes = 22;

/** Ten to this is exact in binary64, and to any smaller number. */
const maxExactPower = 22;
const powers = Array.from({ length: maxExactPower + 1 }, (_, k) => Number(`1e${k}`));
/** Six digits always survive binary32; nine always suffice (IEEE 754-2019 §5.12.2). */
const fewestDigits = 6;
const mostDigits = 9;
/** Between these the digits are found by one exact power of ten. */
const smallest = 1e-14;
const largest = 1e7;
/** Below this a number is written with an exponent, as JavaScript does. */
const smallestPlain = 1e-7;
/** Above it every binary32 is whole. */
const wholeFrom = 2 ** 24;

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const exponentMark = 0x65;

/** Writes a finite binary32 at `at` and gives the place behind it. −0 keeps its sign. */
export function writeFloat32(bytes: Uint8Array, at: number, value: number): number {
  const magnitude = Math.abs(value);
  if (value === 0) return writeText(bytes, at, Object.is(value, -0) ? '-0.0' : '0');
  const isWhole = magnitude < wholeFrom && Math.trunc(magnitude) === magnitude;
  if (!isWhole && (magnitude < smallest || magnitude >= largest)) {
    return writeText(bytes, at, searched(value));
  }
  if (value < 0) bytes[at++] = minus;
  if (isWhole) return writeInteger(bytes, at, magnitude, digitsOf(magnitude));
  return writeFraction(bytes, at, magnitude);
}

function writeFraction(bytes: Uint8Array, at: number, magnitude: number): number {
  const exponent = exponentOf(magnitude);
  let decimals = 0;
  let integer = 0;
  for (let digits = fewestDigits; digits <= mostDigits; digits++) {
    decimals = digits - 1 - exponent;
    const power = powers[decimals]!;
    // Whole and below 2^53, by an exact power: the quotient is rounded once, as reading the decimal is (IEEE 754-2019 §4.3).
    integer = Math.round(magnitude * power);
    if (Math.fround(integer / power) === magnitude) break;
  }
  while (integer % 10 === 0) {
    integer /= 10;
    decimals--;
  }
  return magnitude < smallestPlain
    ? writeWithExponent(bytes, at, integer, decimals)
    : writePlain(bytes, at, integer, decimals);
}

/** integer / 10^decimals */
function writePlain(bytes: Uint8Array, at: number, integer: number, decimals: number): number {
  const digits = digitsOf(integer);
  if (digits > decimals) {
    const power = powers[decimals]!;
    const whole = Math.floor(integer / power);
    at = writeInteger(bytes, at, whole, digits - decimals);
    bytes[at++] = point;
    return writeInteger(bytes, at, integer - whole * power, decimals);
  }
  bytes[at++] = zero;
  bytes[at++] = point;
  return writeInteger(bytes, at, integer, decimals);
}

function writeWithExponent(bytes: Uint8Array, at: number, integer: number, decimals: number): number {
  const digits = digitsOf(integer);
  const power = powers[digits - 1]!;
  const first = Math.floor(integer / power);
  at = writeInteger(bytes, at, first, 1);
  if (digits > 1) {
    bytes[at++] = point;
    at = writeInteger(bytes, at, integer - first * power, digits - 1);
  }
  const exponent = decimals - (digits - 1);
  bytes[at++] = exponentMark;
  bytes[at++] = minus;
  return writeInteger(bytes, at, exponent, digitsOf(exponent));
}

/** Of the first digit. */
function exponentOf(magnitude: number): number {
  let exponent = 0;
  if (magnitude >= 1) {
    while (magnitude >= powers[exponent + 1]!) exponent++;
    return exponent;
  }
  do exponent--;
  while (magnitude < smallPowers[-exponent]!);
  return exponent;
}

/** The binary64 nearest to 10^−k. */
const smallPowers = Array.from({ length: maxExactPower + 1 }, (_, k) => Number(`1e-${k}`));

function digitsOf(integer: number): number {
  let digits = 1;
  while (integer >= powers[digits]!) digits++;
  return digits;
}

/** With zeros before it, up to `digits`. */
function writeInteger(bytes: Uint8Array, at: number, integer: number, digits: number): number {
  let rest = integer;
  for (let place = at + digits - 1; place >= at; place--) {
    // Below 2^31, as every integer here.
    const next = (rest / 10) | 0;
    bytes[place] = zero + rest - next * 10;
    rest = next;
  }
  return at + digits;
}

function searched(value: number): string {
  for (let digits = 1; digits < mostDigits; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return `${rounded}`;
  }
  return `${Number(value.toPrecision(mostDigits))}`;
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
