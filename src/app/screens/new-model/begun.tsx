// What else was begun on this device, to go on with or to remove.
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n/new-model.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { href } from '../../router.ts';
import { type BegunProject, begunProjects, followProjects, removeBegun } from '../../state/projects.ts';

export function Begun({ except }: { readonly except: string }) {
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
  const { id, model } = project;
  const remove = async (): Promise<void> => {
    const sure = await askConfirm({
      title: t('removeProjectTitle', { model }),
      body: t('removeProjectBody'),
      action: t('removeProject', { model }),
      kind: 'danger',
    });
    if (sure) await removeBegun(id);
  };
  return (
    <>
      <span>
        <strong>{model}</strong> <span class="soft small">{t('othersFacts', { n: photos })}</span>
      </span>
      <span class="row">
        <LinkButton icon="play" label={`${t('goOn')}: ${model}`} href={href('new', [id])}>
          {t('goOn')}
        </LinkButton>
        <Button
          kind="quiet"
          icon="remove"
          label={t('removeProject', { model })}
          onClick={() => void remove()}
        />
      </span>
    </>
  );
}
