// What is to be known where a version came without its data: how many samples it still takes, and, folded, why it is these alone.
import type { Manifest } from '../../../core/artifact/documents.ts';
import { fewestClasses, type Shortage } from '../../../core/data/enough-samples.ts';
import { t } from '../../i18n/teach.ts';
import { Note } from '../../parts/note.tsx';

export function SamplesAlone(props: { readonly manifest: Manifest; readonly shortage: Shortage }) {
  const { manifest, shortage } = props;
  return (
    <>
      {isEnough(shortage) ? null : (
        <Note>
          <p role="status">
            <strong>{shortageWords(shortage)}</strong>
          </p>
        </Note>
      )}
      <details class="fold">
        <summary>{t('aloneTitle')}</summary>
        <p>{t('aloneBody', { version: String(manifest.version) })}</p>
      </details>
    </>
  );
}

export function isEnough({ samples, classes }: Shortage): boolean {
  return samples === 0 && classes === 0;
}

/** What is missing, in one sentence or two. */
function shortageWords({ samples, classes }: Shortage): string {
  return [
    ...(samples > 0 ? [t('aloneSamples', { n: samples })] : []),
    ...(classes > 0 ? [t('aloneClasses', { n: fewestClasses })] : []),
  ].join(' ');
}
