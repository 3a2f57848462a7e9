// A picture that is held, over the camera's.
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n/use-photo.ts';

export function Still({ canvas }: { readonly canvas: OffscreenCanvas }) {
  const shown = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = shown.current;
    if (!element) return;
    element.width = canvas.width;
    element.height = canvas.height;
    element.getContext('2d')?.drawImage(canvas, 0, 0);
  }, [canvas]);
  return <canvas ref={shown} class="camera-still" role="img" aria-label={t('held')} />;
}
