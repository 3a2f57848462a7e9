// Words for one kind of thing where they stand for another: of sounds most is said as of photos, and the rest otherwise.
import { type Message, type Messages, type Translate, type Translation, translator } from './translator.ts';

/** Messages that are said anew; each with the parameters of the one that it stands for. */
type Anew<M extends Messages> = Partial<Readonly<Record<keyof M, Message>>>;

/** The first dictionary's messages; those that the second has as that one has them. */
export function retold<const M extends Messages>(
  first: { readonly en: M; readonly 'zh-CN': Translation<M> },
  anew: { readonly en: Anew<M>; readonly 'zh-CN': Anew<M> },
): Translate<M> {
  // The types of parameters are read off the first's English; that the others have the same is tested.
  return translator<M>({
    en: { ...first.en, ...anew.en },
    'zh-CN': { ...first['zh-CN'], ...anew['zh-CN'] },
  });
}
