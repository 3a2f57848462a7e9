// A camera or a drawing pad, whichever was chosen last in this session.
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/drawing.ts';
import { t as photo } from '../i18n/photo.ts';
import type { Camera } from '../state/camera.ts';
import { pictureWay } from '../state/picture-way.ts';
import { Tabs } from './tabs.tsx';

export function PictureWays(props: {
  /** Let go of while something is drawn. */
  readonly camera: Camera;
  readonly byCamera: ComponentChildren;
  readonly byDrawing: ComponentChildren;
  /** The other was chosen. */
  readonly onChange?: () => void;
}) {
  const way = pictureWay.value;
  return (
    <Tabs
      label={t('ways')}
      tabs={[
        { id: 'camera', label: photo('camera') },
        { id: 'drawing', label: t('draw') },
      ]}
      value={way}
      onChange={next => {
        if (next === 'drawing') props.camera.stop();
        pictureWay.value = next;
        props.onChange?.();
      }}
    >
      {way === 'camera' ? props.byCamera : props.byDrawing}
    </Tabs>
  );
}
