// A pointer that draws on a pad, as browsers report one.

/** Places on the pad, 0 to 1 across and down. */
export type Path = readonly (readonly [x: number, y: number])[];

/** Down at the first place, up at the last. */
export function drawOn(canvas: HTMLCanvasElement, path: Path): void {
  const pen = lower(canvas, path[0]!);
  for (const place of path.slice(1)) pen.move(place);
  pen.lift();
}

/** Down at the place, and down until it is lifted. */
export function lower(canvas: HTMLCanvasElement, place: Path[number]) {
  // A made-up pointer cannot be captured.
  canvas.setPointerCapture = () => undefined;
  const box = canvas.getBoundingClientRect();
  let at = {};
  const send = (type: string): void => {
    canvas.dispatchEvent(
      new PointerEvent(type, { pointerId: 1, button: 0, bubbles: true, cancelable: true, ...at }),
    );
  };
  const move = ([x, y]: Path[number], type = 'pointermove'): void => {
    at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    send(type);
  };
  move(place, 'pointerdown');
  return { move: (next: Path[number]) => move(next), lift: () => send('pointerup') };
}
