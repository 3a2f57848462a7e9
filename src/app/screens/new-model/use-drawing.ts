// What is drawn for a project, and what becomes of it once it is said of which class it is.
import { useCallback, useRef, useState } from 'preact/hooks';
import type { Stroke } from '../../../core/data/drawing.ts';
import { toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/new-model.ts';
import { toast } from '../../parts/toast.tsx';
import { takeDrawing } from '../../state/drawn-photo.ts';
import { errorToast } from '../../state/error-toast.ts';
import type { AddOutcome } from '../../state/project-actions.ts';
import type { Teaching } from '../../state/project.ts';

export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly draw: (strokes: readonly Stroke[]) => void;
  /** Keeps it as an example of the class; the paper is empty at once, for the next. */
  readonly addTo: (classId: string) => Promise<void>;
}

export function useDrawing(teaching: Teaching): Drawing {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  /** Ahead of what is rendered: a second tap adds nothing twice, and a stroke that was begun meanwhile is known. */
  const now = useRef(strokes);
  const draw = useCallback((next: readonly Stroke[]) => {
    now.current = next;
    setStrokes(next);
  }, []);
  const addTo = async (classId: string): Promise<void> => {
    const drawn = now.current;
    if (drawn.length === 0) return;
    draw([]);
    const outcome = await added(teaching, classId, drawn);
    if (outcome === 'known' || outcome === 'like') {
      toast(t(outcome === 'known' ? 'drawingKnown' : 'drawingAlike'));
    }
    // What could not be kept, which was said, is drawn still, unless something else is by now.
    const since: readonly Stroke[] = now.current;
    if (outcome === 'failed' && since.length === 0) draw(drawn);
  };
  return { strokes, draw, addTo };
}

async function added(teaching: Teaching, classId: string, drawn: readonly Stroke[]): Promise<AddOutcome> {
  try {
    // Each is a recording of its own: no two drawings are of one moment, as frames of a camera are.
    const from = { recording: crypto.randomUUID(), source: 'file' as const };
    return await teaching.add(classId, await takeDrawing(drawn), from);
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return 'failed';
  }
}
