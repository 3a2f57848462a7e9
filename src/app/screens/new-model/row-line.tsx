// A row of numbers as a line of text, in as few digits as it needs.
import { useEffect, useState } from 'preact/hooks';
import { shortest } from '../../../core/data/dataset.ts';
import type { Teaching } from '../../state/project.ts';

/** More do not fit on a line anywhere. */
const shownAtMost = 64;

export function RowLine({ id, read }: { readonly id: string; readonly read: Teaching['readRow'] }) {
  const [text, setText] = useState('');
  useEffect(() => {
    let wanted = true;
    read(id).then(
      row => wanted && setText(row ? Array.from(row.subarray(0, shownAtMost), shortest).join('  ') : ''),
      (thrown: unknown) => console.warn('haversack: a row could not be read.', thrown),
    );
    return () => {
      wanted = false;
    };
  }, [id, read]);
  return <span class="thumb-line numbers">{text}</span>;
}
