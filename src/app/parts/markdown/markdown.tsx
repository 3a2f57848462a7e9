// Markdown on the screen, as elements of its own: no HTML of the writer's is ever taken over. Its headings go below the
// screen's, and its links open apart.
import type { ComponentChildren } from 'preact';
import { type Block, type Cell, parseBlocks } from './blocks.ts';
import type { Span } from './inline.ts';

/** The screen's own headings are h1 and h2. */
const headings = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const;

export function Markdown({ text }: { readonly text: string }) {
  return <div class="markdown">{blocks(parseBlocks(text))}</div>;
}

function blocks(all: readonly Block[]): ComponentChildren {
  return all.map((block, i) => <BlockView key={i} block={block} />);
}

function BlockView({ block }: { readonly block: Block }) {
  switch (block.type) {
    case 'heading': {
      const Heading = headings[block.level - 1] ?? 'h6';
      return <Heading>{spans(block.spans)}</Heading>;
    }
    case 'paragraph':
      return <p>{spans(block.spans)}</p>;
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List>
          {block.items.map((item, i) => (
            <li key={i}>{itemBody(item)}</li>
          ))}
        </List>
      );
    }
    case 'quote':
      return <blockquote>{blocks(block.blocks)}</blockquote>;
    case 'code':
      return <pre tabIndex={0}>{block.text}</pre>;
    case 'rule':
      return <hr />;
    case 'table':
      return (
        <div class="table-wrap" tabIndex={0}>
          <table>
            <thead>{tableRow(block.head, 'th')}</thead>
            <tbody>{block.rows.map(row => tableRow(row, 'td'))}</tbody>
          </table>
        </div>
      );
  }
}

/** An item that is one line stands without a paragraph around it. */
function itemBody(item: readonly Block[]): ComponentChildren {
  const [first, ...rest] = item;
  if (first?.type !== 'paragraph') return blocks(item);
  return (
    <>
      {spans(first.spans)}
      {blocks(rest)}
    </>
  );
}

function tableRow(cells: readonly Cell[], Kind: 'th' | 'td') {
  return (
    <tr>
      {cells.map((cell, i) => (
        <Kind key={i}>{spans(cell)}</Kind>
      ))}
    </tr>
  );
}

function spans(all: readonly Span[]): ComponentChildren {
  return all.map((span, i) => <SpanView key={i} span={span} />);
}

function SpanView({ span }: { readonly span: Span }) {
  switch (span.type) {
    case 'text':
      return <>{span.text}</>;
    case 'code':
      return <code>{span.text}</code>;
    case 'strong':
      return <strong>{spans(span.spans)}</strong>;
    case 'emphasis':
      return <em>{spans(span.spans)}</em>;
    case 'link':
      return (
        <a href={span.href} target="_blank" rel="noopener noreferrer">
          {spans(span.spans)}
        </a>
      );
  }
}
