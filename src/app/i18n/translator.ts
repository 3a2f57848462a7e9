// Typed messages. Each screen has `en/SCREEN.ts` (the keys and their parameters come from it) and `zh-CN/SCREEN.ts`
// (a missing key is a type error); the screen makes its `t` from the two: `const t = translator({ en, 'zh-CN': zhCN })`,
// then `t('key', { n: 3 })`. So a lazy screen brings its own words.
import { formatNumber } from './format.ts';
import { type Language, language } from './language.ts';

/** Text with `{name}` parameters, or its plural forms, chosen by the parameter `n` (CLDR categories). */
export type Message = string | ({ readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Messages = Readonly<Record<string, Message>>;
/** The shape another language must have. */
export type Translation<M extends Messages> = Readonly<Record<keyof M, Message>>;

type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Parameters<M> = M extends string
  ? Names<M>
  : M extends { readonly other: infer Text }
    ? Names<Text> | 'n'
    : never;
type Values<M> = [Parameters<M>] extends [never]
  ? []
  : [values: Readonly<Record<Parameters<M>, string | number>>];

export type Translate<M extends Messages> = <K extends keyof M & string>(
  key: K,
  ...values: Values<M[K]>
) => string;

/** Answers in the current language, and subscribes whoever asks while rendering. Numbers are formatted. */
export function translator<const M extends Messages>(dictionaries: {
  readonly en: M;
  readonly 'zh-CN': Translation<M>;
}): Translate<M> {
  return (key, ...values) => {
    const now = language.value;
    return fill(dictionaries[now][key], values[0] ?? {}, now);
  };
}

/** A message with its parameters put in. */
export function fill(
  message: Message,
  values: Readonly<Record<string, string | number>>,
  inLanguage: Language,
): string {
  const text =
    typeof message === 'string' ? message : (message[rule(values['n'], inLanguage)] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? formatNumber(value, inLanguage) : value;
  });
}

function rule(n: string | number | undefined, inLanguage: Language): Intl.LDMLPluralRule {
  return new Intl.PluralRules(inLanguage).select(Number(n ?? 0));
}
