// What else was begun on this device, to go on with or to remove.
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n/new-model.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { href } from '../../router.ts';
import { type BegunProject, begunProjects, followProjects, removeBegun } from '../../state/projects.ts';

export function Begun({ except }: { readonly except: string | null }) {
  useEffect(followProjects, []);
  const others = begunProjects.value.filter(({ project, photos }) => project.id !== except && photos > 0);
  if (others.length === 0) return null;
  return (
    <details class="fold">
      <summary>{t('others')}</summary>
      <ul role="list" class="stack-close">
        {others.map(begun => (
          <li key={begun.project.id} class="row spread">
            <One begun={begun} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function One({ begun: { project, photos } }: { readonly begun: BegunProject }) {
  const { id, model, kind } = project;
  const words = teachingWords(kind);
  const remove = async (): Promise<void> => {
    const sure = await askConfirm({
      title: words('removeProjectTitle', { model }),
      body: words('removeProjectBody'),
      action: words('removeProject', { model }),
      kind: 'danger',
    });
    if (sure) await removeBegun(id);
  };
  return (
    <>
      <span>
        <strong>{model}</strong> <span class="soft small">{words('othersFacts', { n: photos })}</span>
      </span>
      <span class="row">
        <LinkButton icon="play" label={`${t('goOn')}: ${model}`} href={href('new', [id])}>
          {t('goOn')}
        </LinkButton>
        <Button
          kind="quiet"
          icon="remove"
          label={words('removeProject', { model })}
          onClick={() => void remove()}
        />
      </span>
    </>
  );
}
