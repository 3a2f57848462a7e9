// An upload's form: which version of which model it will be.
import type { Failure } from '../../../core/errors.ts';
import { t } from '../../i18n/admin.ts';
import { BroughtForm, type Named } from '../../parts/brought-form.tsx';
import { Card } from '../../parts/card.tsx';
import type { Inspected } from '../../state/brought-model.ts';
import { admin, upload } from './session.ts';

export function UploadForm(props: { readonly inspected: Inspected; readonly problem: Failure | null }) {
  return (
    <Card title={t('upload')}>
      <BroughtForm
        {...props}
        nameHint={t('nameHint')}
        sayName={sayName}
        action={t('send')}
        icon="upload"
        onGive={async (name, said) => {
          await upload.send(name, said);
          await admin.refresh();
        }}
      />
    </Card>
  );
}

function sayName(name: string): Named {
  const known = admin.models.value.find(model => model.model === name);
  const version = String((known?.versions[0]?.version ?? 0) + 1);
  return {
    said: known ? t('nextVersion', { model: name, version }) : t('newModel', { model: name }),
  };
}
