// A text as a QR code, drawn as one path. Dark on light whatever the theme, with the quiet zone that readers want
// (ISO/IEC 18004, 4 modules).
import { create } from 'qrcode';
import { useMemo } from 'preact/hooks';

const quietModules = 4;

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  const side = size + 2 * quietModules;
  return (
    <svg class="qr-code" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <rect class="qr-paper" width={side} height={side} />
      <path class="qr-ink" d={path} shape-rendering="crispEdges" />
    </svg>
  );
}

/** One run of dark modules is one rectangle. */
function drawn(text: string): { readonly size: number; readonly path: string } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  let path = '';
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let length = 0;
      while (column + length < size && modules.get(row, column + length)) length += 1;
      if (length === 0) continue;
      path += `M${column + quietModules} ${row + quietModules}h${length}v1h-${length}z`;
      column += length;
    }
  }
  return { size, path };
}
