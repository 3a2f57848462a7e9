// What a version's inputs are called and mean: as its interface says, else as its metadata has them.
import type { InputInterface } from '../artifact/interface.ts';
import type { Description, PredictionBackend, Resolved } from './service.ts';

export interface InputsAndDescription {
  readonly inputs: readonly InputInterface[];
  readonly description: Description | null;
}

export async function inputsOf(version: Resolved, backend: PredictionBackend): Promise<InputsAndDescription> {
  const description = await backend.describe(version);
  if (description) return { inputs: description.interface.inputs, description };
  const { inputs } = await backend.metadata(version);
  return { inputs: inputs.map(input => ({ ...input, meaning: null })), description };
}
