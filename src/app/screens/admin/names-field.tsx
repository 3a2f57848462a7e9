// Several names in one field, as people write them: apart by spaces or commas. Groups and tags are written so.
import type { ComponentChildren } from 'preact';
import { TextField } from '../../parts/field.tsx';
import type { z } from '../../../core/zod.ts';

/** Each once, in small letters, in the order they were written in. */
export function namesIn(text: string): string[] {
  return [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  ];
}

/** The first that breaks the rule of its kind; undefined where none does. */
export function wrongName(names: readonly string[], schema: z.ZodType<string>): string | undefined {
  return names.find(name => !schema.safeParse(name).success);
}

export function NamesField(props: {
  readonly label: string;
  readonly hint: ComponentChildren;
  readonly text: string;
  readonly schema: z.ZodType<string>;
  /** What is said of a name that breaks the rule. */
  readonly wrong: (name: string) => string;
  readonly onText: (text: string) => void;
}) {
  const { label, hint, text, schema, wrong, onText } = props;
  const bad = wrongName(namesIn(text), schema);
  return (
    <TextField
      label={label}
      hint={hint}
      value={text}
      error={bad === undefined ? null : wrong(bad)}
      onInput={onText}
    />
  );
}
