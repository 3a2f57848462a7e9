// A pointer that draws on a pad, as browsers report one.

/** Places on the pad, 0 to 1 across and down. */
export type Path = readonly (readonly [x: number, y: number])[];

/** Down at the first place, up at the last. */
export function drawOn(canvas: HTMLCanvasElement, path: Path): void {
  // A made-up pointer cannot be captured.
  canvas.setPointerCapture = () => undefined;
  const box = canvas.getBoundingClientRect();
  const send = (type: string, [x, y]: Path[number]): void => {
    const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    canvas.dispatchEvent(
      new PointerEvent(type, { pointerId: 1, button: 0, bubbles: true, cancelable: true, ...at }),
    );
  };
  send('pointerdown', path[0]!);
  for (const place of path.slice(1)) send('pointermove', place);
  send('pointerup', path.at(-1)!);
}
