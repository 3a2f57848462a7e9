// Every operation of the API, by its line in the access table.
import { content } from './operations/content.ts';
import { modelOperations } from './operations/models.ts';
import { people } from './operations/people.ts';
import { protocol } from './operations/protocol.ts';
import { serverOperations } from './operations/server.ts';
import type { Operations } from './operation.ts';

/** The sections of the description, in their order. */
export const sections: readonly { readonly title: string; readonly operations: Operations }[] = [
  { title: 'Predictions', operations: protocol },
  { title: 'Models', operations: modelOperations },
  { title: 'Content', operations: content },
  { title: 'People, devices and keys', operations: people },
  { title: 'Server', operations: serverOperations },
];
