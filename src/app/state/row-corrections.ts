// What somebody says a row of numbers really is, where the project is on this device that made the model: an example of it.
import type { InputInterface } from '../../core/artifact/interface.ts';
import { saidNames } from '../../core/data/columns.ts';
import { takeBackExamples } from '../../device/example-moves.ts';
import { addExamples } from '../../device/examples.ts';
import { prepareRow } from '../../device/prepare-row.ts';
import { toFailure } from '../../core/errors.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/use-photo.ts';
import { toast } from '../parts/toast.tsx';
import { errorToast } from './error-toast.ts';
import { projectOfModel } from './projects.ts';
import { need } from './services.ts';

/**
 * Says it, with a way back.
 * @param input that was asked: where its columns are not the project's by now, or in another order, its row is none of the project
 * @returns false where there is no such project or class, other columns, or no room: then it is kept otherwise
 */
export async function keepAsExample(
  model: string,
  input: Pick<InputInterface, 'meaning'> | undefined,
  features: readonly number[],
  label: string,
): Promise<boolean> {
  const { db } = need();
  try {
    const project = await projectOfModel(model);
    const of = project?.classes.find(each => each.label === label);
    const columns = input ? saidNames(input) : null;
    if (project?.kind !== 'row' || !of || !columns) return false;
    if (project.columns?.join('\n') !== columns.join('\n')) return false;
    const shown = prepareRow(Float32Array.from(features));
    const source = 'correction' as const;
    const row = { class: of.id, recording: crypto.randomUUID(), source, shown, columns };
    const added = await addExamples(db, project.id, [row]);
    const undo = (): void => {
      takeBackExamples(db, added).catch((thrown: unknown) => errorToast(toFailure(thrown)));
    };
    toast(t('exampleKept', { label }), { label: common('undo'), run: undo }, 'sample');
    return true;
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return false;
  }
}
