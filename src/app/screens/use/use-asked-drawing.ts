// What is drawn in Use: asked about while it is drawn, and what is said then is said of what is on the paper, answered yet or not.
import { useMemo, useState } from 'preact/hooks';
import type { Stroke } from '../../../core/data/drawing.ts';
import type { Asking } from '../../state/asking.ts';
import { drawnCanvas } from '../../state/drawn-photo.ts';
import { pictureWay } from '../../state/picture-way.ts';
import { type PhotoSubject, subjectOf } from './photo-subject.ts';

export interface AskedDrawing {
  readonly strokes: readonly Stroke[];
  readonly draw: (strokes: readonly Stroke[]) => void;
  /** Asks about what is drawn: who answers is another now, or drawing is gone back to. What is held is asked about already. */
  readonly ask: () => void;
  /** In place of what is said of a picture that comes by itself. */
  readonly saying: Pick<Asking<PhotoSubject>, 'toSay' | 'goOn'>;
}

interface Drawn {
  readonly strokes: readonly Stroke[];
  readonly subject: PhotoSubject;
}

export function useAskedDrawing(asking: Asking<PhotoSubject>): AskedDrawing {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const actions = useMemo(() => {
    /** Ahead of what is rendered. Null: empty paper. */
    let now: Drawn | null = null;
    const ask = (): void => {
      if (now && pictureWay.peek() === 'drawing' && !asking.held.peek()) asking.ask(now.subject);
    };
    const show = (next: Drawn | null): void => {
      now = next;
      setStrokes(next?.strokes ?? []);
      // What is drawn on is another than what was kept of it, or refused before it.
      if (!next || asking.held.peek() || asking.refused.peek()) asking.letGo();
      ask();
    };
    const draw = (next: readonly Stroke[]): void =>
      show(next.length > 0 ? { strokes: next, subject: subjectOf(drawnCanvas(next)) } : null);
    /** The paper is empty at once, for the next; what could not be kept is drawn still, unless something else is by now. */
    const goOn = async (kept: Promise<boolean>): Promise<void> => {
      const said = now;
      show(null);
      if (!(await kept) && !now) show(said);
    };
    return { draw, ask, saying: { toSay: () => now?.subject ?? null, goOn } };
  }, [asking]);
  return { strokes, ...actions };
}
