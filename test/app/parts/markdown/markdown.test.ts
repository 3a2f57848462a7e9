import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, parseBlocks } from '../../../../src/app/parts/markdown/blocks.ts';
import { parseInline, safeHref } from '../../../../src/app/parts/markdown/inline.ts';

const text = (of: string) => [{ type: 'text', text: of }];
const paragraph = (of: string) => ({ type: 'paragraph', spans: text(of) });

test('a card as people write one', () => {
  const card = `# Digits

Reads **handwritten** digits, *one* at a time.
Made by \`demo-train\`.

## Where it fails

- on a 7 with a bar
- on thin lines
  1. of a pen
  2. of a pencil

> Not for cheques.

---

| part | accuracy |
|------|---------:|
| test | 96.6 %   |

\`\`\`
npx haversack pull digits
\`\`\``;
  expect(parseBlocks(card)).toEqual([
    { type: 'heading', level: 1, spans: text('Digits') },
    {
      type: 'paragraph',
      spans: [
        { type: 'text', text: 'Reads ' },
        { type: 'strong', spans: text('handwritten') },
        { type: 'text', text: ' digits, ' },
        { type: 'emphasis', spans: text('one') },
        { type: 'text', text: ' at a time.\nMade by ' },
        { type: 'code', text: 'demo-train' },
        { type: 'text', text: '.' },
      ],
    },
    { type: 'heading', level: 2, spans: text('Where it fails') },
    {
      type: 'list',
      ordered: false,
      items: [
        [paragraph('on a 7 with a bar')],
        [
          paragraph('on thin lines'),
          {
            type: 'list',
            ordered: true,
            items: [[paragraph('of a pen')], [paragraph('of a pencil')]],
          },
        ],
      ],
    },
    { type: 'quote', blocks: [paragraph('Not for cheques.')] },
    { type: 'rule' },
    {
      type: 'table',
      head: [text('part'), text('accuracy')],
      rows: [[text('test'), text('96.6 %')]],
    },
    { type: 'code', text: 'npx haversack pull digits' },
  ]);
});

test('a link leads to the web or to mail, and nowhere else', () => {
  expect(parseInline('[the paper](https://example.org/a?b=1)')).toEqual([
    { type: 'link', href: 'https://example.org/a?b=1', spans: text('the paper') },
  ]);
  for (const target of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', '#/admin', '//x.y'])
    expect(parseInline(`[here](${target})`), target).toEqual(text('here'));
  expect(safeHref('java\nscript:alert(1)')).toBeNull();
});

test('HTML is text', () => {
  expect(parseBlocks('<img src=x onerror=alert(1)>')).toEqual([paragraph('<img src=x onerror=alert(1)>')]);
});

test('a mark that is escaped, or stands alone, is itself', () => {
  expect(parseInline('2 * 3 * 4, snake_case_name, \\*not\\*')).toEqual(
    text('2 * 3 * 4, snake_case_name, *not*'),
  );
});

/** Every character of what is shown, in order. */
function shown(blocks: readonly Block[]): string {
  return JSON.stringify(blocks).replaceAll(/"(?:type|href)":"[^"]*"/g, '');
}

test('whatever is written, it ends, and no word of it is lost', () => {
  const words = fc.array(
    fc.constantFrom(
      '#',
      '-',
      '*',
      '**',
      '_',
      '`',
      '```',
      '>',
      '|',
      '|-|',
      '1.',
      '[a](b)',
      '\n',
      '  ',
      'word',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(words, parts => {
      const source = parts.join(' ');
      const count = (of: string) => of.split('word').length - 1;
      const kept = count(shown(parseBlocks(source)));
      // What follows an opening fence on its line says a language; a row may have more cells than its head.
      if (!source.includes('```') && !source.includes('|')) expect(kept).toBe(count(source));
      else expect(kept).toBeLessThanOrEqual(count(source));
    }),
  );
});

test('a hostile card takes no time that grows faster than it', () => {
  for (const piece of ['*', '**', '[', '[a](', '`', '> ', '- ', '_a', '|-', '<http://', '- - ', '\\'])
    expect(parseBlocks(piece.repeat(65_536 / piece.length)).length).toBeGreaterThan(0);
});
