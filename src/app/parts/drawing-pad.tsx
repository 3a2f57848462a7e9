// A square to draw on with mouse, finger or pen. Gives strokes; knows no model.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { penShare, type Point, type Stroke } from '../../core/data/drawing.ts';
import { t } from '../i18n/drawing.ts';
import { Button } from './button.tsx';

export type { Stroke };

export function DrawingPad(props: {
  /** In units of the pad: 0 to 1 across and down. */
  readonly strokes: readonly Stroke[];
  /** While drawing too: the last stroke is then unfinished. */
  readonly onStrokes: (strokes: readonly Stroke[]) => void;
  readonly label: string;
  /** White paper and dark ink, however dark the rest is: a model is shown what is on the screen. */
  readonly asPicture?: boolean;
  /** Shown on the paper until the first stroke: a picture of an example. */
  readonly under?: preact.ComponentChildren;
  /** What stands beside undo and clear. */
  readonly children?: preact.ComponentChildren;
}) {
  const { strokes, onStrokes } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const current = useRef(strokes);
  current.current = strokes;

  useEffect(() => {
    if (canvas.current) paint(canvas.current, strokes);
  }, [strokes]);
  useRepaint(canvas, current);

  const undo = () => onStrokes(strokes.slice(0, -1));
  const clear = () => onStrokes([]);
  const handlers = usePen(strokes, onStrokes);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Backspace') undo();
    else if (event.key === 'Delete' || event.key === 'Escape') clear();
    else return;
    event.preventDefault();
  };
  return (
    <div class="pad">
      <canvas
        ref={canvas}
        class={props.asPicture ? 'pad-canvas as-picture' : 'pad-canvas'}
        role="img"
        aria-label={props.label}
        tabIndex={0}
        onKeyDown={onKeyDown}
        {...handlers}
      />
      {strokes.length === 0 ? (
        <div class="pad-hint" aria-hidden="true">
          {props.under}
          <span>{t('drawHere')}</span>
        </div>
      ) : null}
      <div class="row">
        <Button icon="undo" disabled={strokes.length === 0} onClick={undo}>
          {t('undoStroke')}
        </Button>
        <Button icon="remove" disabled={strokes.length === 0} onClick={clear}>
          {t('clearDrawing')}
        </Button>
        {props.children}
      </div>
    </div>
  );
}

function usePen(strokes: readonly Stroke[], onStrokes: (strokes: readonly Stroke[]) => void) {
  /**
   * The pointer that draws, its stroke so far, what was there before it, and where the pad was when it began: an answer that
   * moves the pad bends no line.
   */
  const pen = useRef<{ id: number; before: readonly Stroke[]; points: Point[]; box: DOMRect } | null>(null);
  // Paper that was emptied meanwhile is another: a stroke that was begun on the old one would bring that back.
  useLayoutEffect(() => {
    if (strokes.length === 0) pen.current = null;
  }, [strokes]);
  const add = (event: PointerEvent) => {
    if (pen.current?.id !== event.pointerId) return;
    // Safari before 18.2 has none; a made-up event has an empty list.
    const moves = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : [];
    const { points, box } = pen.current;
    for (const move of moves.length > 0 ? moves : [event]) points.push(pointOf(move, box));
    onStrokes([...pen.current.before, [...pen.current.points]]);
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (pen.current || event.button !== 0) return;
      const target = event.currentTarget as HTMLCanvasElement;
      target.setPointerCapture(event.pointerId);
      pen.current = {
        id: event.pointerId,
        before: strokes,
        points: [],
        box: target.getBoundingClientRect(),
      };
      add(event);
      event.preventDefault();
      target.focus({ preventScroll: true });
    },
    onPointerMove: add,
    onPointerUp: (event: PointerEvent) => {
      if (pen.current?.id === event.pointerId) pen.current = null;
    },
    onPointerCancel: (event: PointerEvent) => {
      if (pen.current?.id !== event.pointerId) return;
      onStrokes(pen.current.before);
      pen.current = null;
    },
  };
}

function pointOf(event: PointerEvent, box: DOMRect): Point {
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

/** The canvas holds pixels of the colours and size of the moment: it is painted again when either changes. */
function useRepaint(
  canvas: { current: HTMLCanvasElement | null },
  strokes: { readonly current: readonly Stroke[] },
) {
  useEffect(() => {
    const repaint = () => {
      if (canvas.current) paint(canvas.current, strokes.current);
    };
    const sizes = new ResizeObserver(repaint);
    if (canvas.current) sizes.observe(canvas.current);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', repaint);
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      dark.removeEventListener('change', repaint);
    };
  }, [canvas, strokes]);
}

function paint(canvas: HTMLCanvasElement, strokes: readonly Stroke[]): void {
  const size = Math.round(canvas.clientWidth * devicePixelRatio);
  if (size === 0) return;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, size, size);
  context.lineWidth = penShare * size;
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = getComputedStyle(canvas).color;
  for (const stroke of strokes) {
    context.beginPath();
    // A dot is a line that ends where it begins.
    for (const { x, y } of stroke.length === 1 ? [stroke[0]!, stroke[0]!] : stroke)
      context.lineTo(x * size, y * size);
    context.stroke();
  }
}
