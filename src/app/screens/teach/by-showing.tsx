// The way from Teach to teaching by showing: to the project that made the model, where it is on this device, else to a new one.
import { useEffect, useState } from 'preact/hooks';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/teach.ts';
import { LinkButton } from '../../parts/button.tsx';
import { href } from '../../router.ts';

export function ByShowing({ model }: { readonly model: string | null }) {
  const [project, setProject] = useState<string | null>(null);
  useEffect(() => {
    if (model === null) return undefined;
    let wanted = true;
    import('../../state/projects.ts')
      .then(({ projectOfModel }) => projectOfModel(model))
      .then(
        found => wanted && setProject(found?.id ?? null),
        (thrown: unknown) => console.error(thrown),
      );
    return () => {
      wanted = false;
    };
  }, [model]);
  return (
    <LinkButton
      kind={project === null ? 'quiet' : 'primary'}
      icon="new"
      href={href('new', project === null ? null : [project])}
    >
      {project === null ? common('new') : t('byShowing')}
    </LinkButton>
  );
}
