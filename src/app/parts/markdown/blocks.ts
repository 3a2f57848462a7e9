// Markdown as blocks: headings, paragraphs, lists, quotes, code, rules, tables. A subset of CommonMark 0.31.2 with GitHub's
// tables. Makes a description, never HTML: what is in angle brackets is text.
import { parseInline, type Span } from './inline.ts';

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly spans: readonly Span[] }
  | { readonly type: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'rule' }
  | { readonly type: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] };
export type Cell = readonly Span[];

/** Lists in quotes in lists are followed this deep. */
const maxDepth = 6;

const fence = /^ {0,3}(```|~~~)/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const rule = /^ {0,3}(?:-[ -]*-[ -]*-[ -]*|\*[ *]*\*[ *]*\*[ *]*|_[ _]*_[ _]*_[ _]*)$/;
const quote = /^ {0,3}> ?/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}|$)/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function parseBlocks(text: string, depth = 0): Block[] {
  return blocksOf(text.replaceAll('\t', '    ').split(/\r\n|\r|\n/), depth);
}

function blocksOf(lines: readonly string[], depth: number): Block[] {
  if (depth > maxDepth) return [{ type: 'paragraph', spans: parseInline(lines.join('\n')) }];
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length;) {
    if (lines[i]!.trim() === '') i += 1;
    else {
      const { block, taken } = blockAt(lines, i, depth);
      blocks.push(block);
      i += taken;
    }
  }
  return blocks;
}

interface Taken {
  readonly block: Block;
  /** Lines; at least one. */
  readonly taken: number;
}

function blockAt(lines: readonly string[], from: number, depth: number): Taken {
  const line = lines[from]!;
  if (fence.test(line)) return codeAt(lines, from);
  const title = heading.exec(line);
  if (title)
    return {
      block: { type: 'heading', level: title[1]!.length, spans: parseInline(title[2]!) },
      taken: 1,
    };
  if (rule.test(line)) return { block: { type: 'rule' }, taken: 1 };
  if (quote.test(line)) return quoteAt(lines, from, depth);
  if (item.test(line)) return listAt(lines, from, depth);
  if (startsTable(lines, from)) return tableAt(lines, from);
  return paragraphAt(lines, from);
}

/** Until the same fence, or the end. */
function codeAt(lines: readonly string[], from: number): Taken {
  const mark = fence.exec(lines[from]!)![1]!;
  const end = lines.findIndex((line, i) => i > from && line.trim().startsWith(mark));
  const last = end === -1 ? lines.length : end;
  return {
    block: { type: 'code', text: lines.slice(from + 1, last).join('\n') },
    taken: Math.min(last + 1, lines.length) - from,
  };
}

function quoteAt(lines: readonly string[], from: number, depth: number): Taken {
  const inside = takeWhile(lines, from, line => quote.test(line));
  const blocks = blocksOf(
    inside.map(line => line.replace(quote, '')),
    depth + 1,
  );
  return { block: { type: 'quote', blocks }, taken: inside.length };
}

/** Items of one kind; what is indented below an item belongs to it. */
function listAt(lines: readonly string[], from: number, depth: number): Taken {
  const isOrdered = (line: string): boolean => /\d/.test(item.exec(line)?.[2] ?? '');
  const ordered = isOrdered(lines[from]!);
  const items: Block[][] = [];
  let i = from;
  while (
    i < lines.length &&
    item.test(lines[i]!) &&
    !rule.test(lines[i]!) &&
    isOrdered(lines[i]!) === ordered
  ) {
    const [marker] = item.exec(lines[i]!)!;
    const indent = marker.length;
    const rest = takeWhile(
      lines,
      i + 1,
      line => line.trim() === '' || line.startsWith(' '.repeat(Math.min(indent, 2))),
    );
    // Blank lines at the end separate; they are not of the item.
    while (rest.at(-1)?.trim() === '') rest.pop();
    const own = [lines[i]!.slice(indent), ...rest.map(line => dedent(line, indent))];
    items.push(blocksOf(own, depth + 1));
    i += 1 + rest.length;
    const next = lines.findIndex((line, j) => j >= i && line.trim() !== '');
    if (next !== -1 && item.test(lines[next]!)) i = next;
  }
  return { block: { type: 'list', ordered, items }, taken: i - from };
}

function dedent(line: string, indent: number): string {
  const leading = line.length - line.trimStart().length;
  return line.slice(Math.min(leading, indent));
}

function startsTable(lines: readonly string[], from: number): boolean {
  return lines[from]!.includes('|') && tableRule.test(lines[from + 1] ?? '');
}

function tableAt(lines: readonly string[], from: number): Taken {
  const head = cellsOf(lines[from]!);
  const body = takeWhile(lines, from + 2, line => line.includes('|'));
  const rows = body.map(line => {
    const cells = cellsOf(line);
    return head.map((_, column) => cells[column] ?? []);
  });
  return { block: { type: 'table', head, rows }, taken: 2 + body.length };
}

function cellsOf(line: string): Cell[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split('|').map(cell => parseInline(cell.trim()));
}

/** Until something else begins. */
function paragraphAt(lines: readonly string[], from: number): Taken {
  const more = takeWhile(
    lines,
    from + 1,
    line => line.trim() !== '' && ![fence, heading, rule, quote, item].some(other => other.test(line)),
  );
  const text = [lines[from]!, ...more].map(line => line.trim()).join('\n');
  return { block: { type: 'paragraph', spans: parseInline(text) }, taken: 1 + more.length };
}

function takeWhile(lines: readonly string[], from: number, test: (line: string) => boolean): string[] {
  const end = lines.findIndex((line, i) => i >= from && !test(line));
  return lines.slice(from, end === -1 ? lines.length : end);
}
