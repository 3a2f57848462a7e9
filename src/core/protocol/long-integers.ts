// Whole numbers in JSON that JavaScript's own would round: beyond 2^53 they are read again, digit by digit.

/** From here on a number may be beyond 2^53 = 9007199254740992. */
const longDigits = 16;

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;

/** The same JSON, with every whole number of sixteen digits and more as a string. `json` must be JSON. */
export function quoteLongIntegers(json: string): string {
  let quoted = '';
  let copied = 0;
  let at = 0;
  while (at < json.length) {
    const unit = json.charCodeAt(at);
    if (unit === quote) {
      at = endOfString(json, at);
    } else if (unit === minus || isDigit(unit)) {
      const end = endOfNumber(json, at);
      if (isLongInteger(json, at, end)) {
        quoted += `${json.slice(copied, at)}"${json.slice(at, end)}"`;
        copied = end;
      }
      at = end;
    } else {
      at++;
    }
  }
  return quoted + json.slice(copied);
}

/** The place behind the string that begins at `at`. */
export function endOfString(json: string, at: number): number {
  for (let i = at + 1; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    if (unit === backslash) i++;
    else if (unit === quote) return i + 1;
  }
  return json.length;
}

function endOfNumber(json: string, at: number): number {
  let end = at + 1;
  while (end < json.length && isNumberUnit(json.charCodeAt(end))) end++;
  return end;
}

function isLongInteger(json: string, at: number, end: number): boolean {
  const start = json.charCodeAt(at) === minus ? at + 1 : at;
  if (end - start < longDigits) return false;
  for (let i = start; i < end; i++) if (!isDigit(json.charCodeAt(i))) return false;
  return true;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Of `0-9 + - . e E`. */
function isNumberUnit(unit: number): boolean {
  return isDigit(unit) || unit === 0x2b || unit === minus || unit === 0x2e || unit === 0x65 || unit === 0x45;
}
