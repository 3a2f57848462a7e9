// Markdown within a line: emphasis, code, links. A subset of CommonMark 0.31.2, section 6; what it does not know stays text.

export type Span =
  | { readonly type: 'text' | 'code'; readonly text: string }
  | { readonly type: 'strong' | 'emphasis'; readonly spans: readonly Span[] }
  | { readonly type: 'link'; readonly href: string; readonly spans: readonly Span[] };

/** Marks within marks are followed this deep: a hostile card must not exhaust the stack. */
const maxDepth = 8;

/** In the order of precedence; each alternative is bounded, so that no text takes more than linear time. */
const marks = new RegExp(
  [
    /\\([!-/:-@[-`{-~])/,
    /`([^`]{1,2000})`/,
    /\*\*((?:[^*]|\*(?!\*)){1,2000})\*\*/,
    // With a word on its inner sides: 2 * 3 * 4 is a product, snake_case_name a name.
    /(?<![\w*])[*_](?!\s)([^*_]{1,2000})(?<!\s)[*_](?!\w)/,
    /\[([^[\]]{1,1000})\]\(((?:[^()\s]|\([^()\s]{0,200}\)){1,2000})\)/,
    /<(https?:\/\/[^<>\s]{1,2000})>/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

export function parseInline(text: string, depth = 0): Span[] {
  if (depth >= maxDepth) return [{ type: 'text', text }];
  const spans: Span[] = [];
  let from = 0;
  for (const found of text.matchAll(marks)) {
    if (found.index > from) addText(spans, text.slice(from, found.index));
    addMark(spans, found, depth + 1);
    from = found.index + found[0].length;
  }
  if (from < text.length) addText(spans, text.slice(from));
  return spans;
}

function addMark(spans: Span[], found: RegExpExecArray, depth: number): void {
  const [whole, escaped, code, strong, emphasis, label, target, plainLink] = found;
  if (escaped !== undefined) addText(spans, escaped);
  else if (code !== undefined) spans.push({ type: 'code', text: code.trim() });
  else if (strong !== undefined) spans.push({ type: 'strong', spans: parseInline(strong, depth) });
  else if (emphasis !== undefined) spans.push({ type: 'emphasis', spans: parseInline(emphasis, depth) });
  else {
    const href = safeHref(target ?? plainLink ?? '');
    if (href === null) addText(spans, label ?? whole);
    else spans.push({ type: 'link', href, spans: parseInline(label ?? href, depth) });
  }
}

/** Text that follows text is one. */
function addText(spans: Span[], text: string): void {
  const last = spans.at(-1);
  if (last?.type === 'text') spans[spans.length - 1] = { type: 'text', text: last.text + text };
  else spans.push({ type: 'text', text });
}

/** Where a card may lead: the web and mail. Not `javascript:`, not `data:`, not a place within this app. */
const leadsOut: readonly string[] = ['http:', 'https:', 'mailto:'];

export function safeHref(target: string): string | null {
  try {
    const url = new URL(target);
    return leadsOut.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
