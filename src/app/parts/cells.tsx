// A small picture of what the model sees: one square per number, as dark as the number is high.
import { useEffect, useRef } from 'preact/hooks';

export function Cells(props: {
  /** Row-major, `size` × `size`. */
  readonly values: ArrayLike<number>;
  readonly size: number;
  /** The number that is full ink. */
  readonly max: number;
  readonly label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { values, size, max } = props;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(size, size);
    for (let i = 0; i < size * size; i += 1) {
      const ink = Math.max(0, Math.min(1, (values[i] ?? 0) / (max || 1)));
      // Ink on paper, by transparency: the paper and the ink's colour are the style's.
      image.data.set([0, 0, 0, Math.round(ink * 255)], i * 4);
    }
    context.putImageData(image, 0, 0);
  }, [values, size, max]);
  return <canvas ref={canvas} class="cells" width={size} height={size} role="img" aria-label={props.label} />;
}
