// A model that a person brings, wherever it is dropped.
import { importNoteWords } from '../../../core/import/notes.ts';
import { adminImport } from './admin-import.ts';

export const brought = {
  ...adminImport,
  ...importNoteWords,
  name: 'Name of the model',
  nameWrong: '1 to 64 of a–z, 0–9, “.”, “_”, “-”, with a letter or digit at both ends.',
  labels: 'Labels of its classes, in order',
  labelsHint: 'One a line, or separated by commas. Without them the answer is a number.',
  labelsMismatch: 'The model answers with {classes} numbers; these are {n} labels.',
  note: 'Note',
  noteHint: 'One line for people.',
  inspecting: 'Looking at {name}…',
  another: 'Choose another file',
} as const;
