// A name that an object in JSON has twice: JSON.parse keeps the last in silence (RFC 8259 §4 leaves it open).
import { endOfString } from '../protocol/long-integers.ts';

/** The first such name; null where there is none. `json` must be JSON. */
export function duplicateMember(json: string): string | null {
  /** Of each open object its names, null for an array. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const unit = json[at]!;
    if (unit === '{') open.push(new Set());
    else if (unit === '[') open.push(null);
    else if (unit === '}' || unit === ']') open.pop();
    else if (unit === '"') {
      const end = endOfString(json, at);
      const names = open.at(-1);
      if (names && isName(json, end)) {
        const name = JSON.parse(json.slice(at, end)) as string;
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end - 1;
    }
  }
  return null;
}

/** Whether a colon follows: then what ended before it was a name, not a value. */
function isName(json: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(json[at] ?? '!')) at++;
  return json[at] === ':';
}
