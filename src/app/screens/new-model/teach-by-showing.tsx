// One project on the screen, by what it is shown.
import type { Teaching } from '../../state/project.ts';
import { ByCamera } from './by-camera.tsx';
import { ByMicrophone } from './by-microphone.tsx';
import { ByRow } from './by-row.tsx';

export function TeachByShowing({ teaching }: { readonly teaching: Teaching }) {
  switch (teaching.project.value.kind) {
    case 'photo':
      return <ByCamera teaching={teaching} />;
    case 'sound':
      return <ByMicrophone teaching={teaching} />;
    case 'row':
      return <ByRow teaching={teaching} />;
  }
}
