import axe from 'axe-core';
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/parts-input.css';
import { Bars } from '../../../src/app/parts/bars.tsx';
import { Button } from '../../../src/app/parts/button.tsx';
import { askConfirm, ConfirmHost } from '../../../src/app/parts/dialog.tsx';
import { DrawingPad, type Stroke } from '../../../src/app/parts/drawing-pad.tsx';
import { ErrorNote } from '../../../src/app/parts/error-note.tsx';
import { TextField } from '../../../src/app/parts/field.tsx';
import { Tabs } from '../../../src/app/parts/tabs.tsx';
import { failure } from '../../../src/core/errors.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => render(null, root));
const find = <E extends Element>(selector: string): E => {
  const element = root.querySelector<E>(selector);
  if (!element) throw new Error(`nothing matches ${selector}`);
  return element;
};
const settled = () => new Promise(resolve => setTimeout(resolve, 50));

function Pad() {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  return (
    <>
      <DrawingPad strokes={strokes} onStrokes={setStrokes} label="pad" />
      <output>{JSON.stringify(strokes.map(stroke => stroke.length))}</output>
    </>
  );
}

function pen(type: string, x: number, y: number, pointerId = 1): void {
  const canvas = find<HTMLCanvasElement>('canvas');
  const box = canvas.getBoundingClientRect();
  canvas.dispatchEvent(
    new PointerEvent(type, {
      pointerId,
      bubbles: true,
      cancelable: true,
      clientX: box.left + x * box.width,
      clientY: box.top + y * box.height,
    }),
  );
}

async function draw(points: readonly (readonly [number, number])[]): Promise<void> {
  const canvas = find<HTMLCanvasElement>('canvas');
  // A made-up pointer cannot be captured.
  canvas.setPointerCapture = () => undefined;
  pen('pointerdown', ...points[0]!);
  await settled();
  for (const point of points.slice(1)) pen('pointermove', ...point);
  pen('pointerup', ...points.at(-1)!);
  await settled();
}

test('a stroke grows while it is drawn; a second finger does not draw into it', async () => {
  render(<Pad />, root);
  await draw([
    [0.2, 0.2],
    [0.5, 0.5],
    [0.8, 0.8],
  ]);
  expect(find('output').textContent).toBe('[3]');
  pen('pointerdown', 0.1, 0.1);
  pen('pointermove', 0.9, 0.9, 2);
  pen('pointermove', 0.2, 0.2);
  await settled();
  expect(find('output').textContent).toBe('[3,2]');
});

test('a line that is drawn straight stays straight, wherever the pad goes meanwhile', async () => {
  let drawn: readonly Stroke[] = [];
  const pad = (strokes: readonly Stroke[], above: number) => (
    <div style={{ paddingBlockStart: `${above}px` }}>
      <DrawingPad
        strokes={strokes}
        onStrokes={next => {
          drawn = next;
          render(pad(next, 40), root);
        }}
        label="pad"
      />
    </div>
  );
  render(pad([], 0), root);
  const canvas = find<HTMLCanvasElement>('canvas');
  canvas.setPointerCapture = () => undefined;
  const { left, top, height } = canvas.getBoundingClientRect();
  for (const [type, share] of [
    ['pointerdown', 0.5],
    ['pointermove', 0.5],
    ['pointerup', 0.5],
  ] as const) {
    const at = { clientX: left + 10, clientY: top + share * height };
    canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, bubbles: true, cancelable: true, ...at }));
  }
  expect(canvas.getBoundingClientRect().top).toBe(top + 40);
  expect(drawn.map(stroke => stroke.map(({ y }) => y))).toEqual([[0.5, 0.5]]);
});

test('Backspace takes the last stroke back, Delete all of them', async () => {
  render(<Pad />, root);
  await draw([
    [0.2, 0.2],
    [0.5, 0.5],
  ]);
  await draw([[0.6, 0.2]]);
  find<HTMLCanvasElement>('canvas').focus();
  await userEvent.keyboard('{Backspace}');
  await settled();
  expect(find('output').textContent).toBe('[2]');
  await userEvent.keyboard('{Delete}');
  await settled();
  expect(find('output').textContent).toBe('[]');
});

test('a stroke that the system takes away is not kept', async () => {
  render(<Pad />, root);
  await draw([[0.2, 0.2]]);
  pen('pointerdown', 0.3, 0.3);
  pen('pointercancel', 0.3, 0.3);
  await settled();
  expect(find('output').textContent).toBe('[1]');
});

test('arrows move between tabs, and only the chosen one is in the tab order', async () => {
  function Some() {
    const [value, setValue] = useState<'a' | 'b'>('a');
    return (
      <Tabs
        label="views"
        tabs={[
          { id: 'a', label: 'A' },
          { id: 'b', label: 'B' },
        ]}
        value={value}
        onChange={setValue}
      >
        {value}
      </Tabs>
    );
  }
  render(<Some />, root);
  find<HTMLElement>('[role=tab]').focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(find('[role=tabpanel]').textContent).toBe('b');
  expect(document.activeElement?.textContent).toBe('B');
  expect([...root.querySelectorAll<HTMLElement>('[role=tab]')].map(tab => tab.tabIndex)).toEqual([-1, 0]);
});

test('a question is answered by its button, and Escape is a no', async () => {
  render(<ConfirmHost />, root);
  const question = { title: 'Remove it?', body: 'It goes.', action: 'Remove' };
  const yes = askConfirm(question);
  await settled();
  find<HTMLButtonElement>('dialog .button.primary').click();
  expect(await yes).toBe(true);
  const no = askConfirm(question);
  await settled();
  await userEvent.keyboard('{Escape}');
  expect(await no).toBe(false);
  expect(root.querySelector('dialog')).toBeNull();
});

test('a disabled button can be reached and does nothing', () => {
  let clicks = 0;
  render(
    <Button disabled onClick={() => (clicks += 1)}>
      Go
    </Button>,
    root,
  );
  const button = find<HTMLButtonElement>('button');
  button.focus();
  button.click();
  expect([clicks, document.activeElement === button]).toEqual([0, true]);
});

test('axe finds nothing in the parts, light and dark', async () => {
  render(
    <>
      <h1>Parts</h1>
      <Button kind="primary">One</Button>
      <Button kind="danger">Two</Button>
      <Button kind="quiet" icon="close" label="Close" />
      <Button disabled>Three</Button>
      <TextField label="Name" value="x" onInput={() => undefined} error="Wrong." />
      <Bars
        label="Probabilities"
        best={0}
        rows={[
          { label: 'yes', value: 0.7 },
          { label: 'no', value: 0.3 },
        ]}
      />
      <ErrorNote failure={failure('QuotaExceeded', 'wanted 7 MB')} onRetry={() => undefined} />
      <DrawingPad strokes={[]} onStrokes={() => undefined} label="pad" />
    </>,
    root,
  );
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    // Colours that are still in transition would be judged half-way.
    await new Promise(resolve => setTimeout(resolve, 300));
    const { violations } = await axe.run(root);
    expect(violations.flatMap(({ id, nodes }) => nodes.map(node => `${theme} ${id}: ${node.html}`))).toEqual(
      [],
    );
  }
  delete document.documentElement.dataset['theme'];
});
