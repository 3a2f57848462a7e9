// The drawing pad, and what chooses between it and a camera.
export const drawing = {
  ways: 'How it is shown',
  draw: 'Draw',
  drawing: 'What you draw',
  drawHere: 'Draw here',
  undoStroke: 'Undo',
  clearDrawing: 'Clear',
} as const;
