// A model as a page that runs it alone: what that is, under which licence, and the file.
import { useState } from 'preact/hooks';
import type { ModelInterface } from '../../core/artifact/interface.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { pageAsks } from '../../core/page/page-facts.ts';
import { exportPage, type PagedModel } from '../../device/export-page.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/save-page.ts';
import { need } from '../state/services.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { TextField } from './field.tsx';
import { saveFile } from './save-file.ts';
import { toast } from './toast.tsx';

export interface SavePageProps {
  /** What the file is called after. */
  readonly model: string;
  readonly of: PagedModel;
  readonly interface: ModelInterface;
}

/** Nothing for a model that a page cannot ask for. */
export function SavePage(props: SavePageProps) {
  const [open, setOpen] = useState(false);
  if (pageAsks(props.interface) === null) return null;
  return (
    <>
      <Button icon="download" onClick={() => setOpen(true)}>
        {t('savePage')}
      </Button>
      {open ? <SaveDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function SaveDialog({ model, of, onClose }: SavePageProps & { readonly onClose: () => void }) {
  const [licence, setLicence] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const save = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const name = `${model}-page.zip`;
      saveFile(name, await exportPage(need().db, of, { licence: licence.trim() || null }));
      onClose();
      toast(t('saved', { name }));
    } catch (thrown) {
      setProblem(toFailure(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('savePage')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button kind="primary" icon="download" busy={busy} onClick={() => void save()}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          void save();
        }}
      >
        <p>{t('what')}</p>
        <TextField
          label={t('licence')}
          hint={t('licenceHint')}
          value={licence}
          maxLength={256}
          onInput={setLicence}
        />
        <p class="soft">{t('whoever')}</p>
        {problem ? <ErrorNote failure={problem} /> : null}
      </form>
    </Dialog>
  );
}
