// What was dropped, as a model, and why it is none for this runtime. Loaded when something is dropped: it reads protobuf.
import { HaversackError } from '../core/errors.ts';
import { importModel } from '../core/import/import-model.ts';
import type { ImportFile } from '../core/import/imported.ts';
import { ownLabels } from '../core/onnx/claimed-face.ts';
import { inspectModel, type ModelInspection } from '../core/onnx/inspect.ts';
import { interfaceOf } from '../core/onnx/interface.ts';
import { unsupportedOperators } from '../core/onnx/operators.ts';
import type { BroughtModel } from './protocol.ts';

/** @throws HaversackError as `importModel`, and `OperatorUnsupported` by name */
export async function bringModel(files: readonly ImportFile[]): Promise<BroughtModel> {
  const brought = await importModel(files);
  switch (brought.kind) {
    case 'foreign':
      return brought;
    case 'onnx': {
      const inspection = inspectSupported(brought.model);
      const isAsItCame = files.length === 1 && brought.model === files[0]!.bytes;
      return {
        kind: 'model',
        file: isAsItCame ? null : brought.model,
        inspection: { ...inspection, interface: interfaceOf(inspection) },
        labels: ownLabels(brought.model, inspection),
        imported: null,
      };
    }
    case 'imported': {
      const { model, interface: face, format, labels, notes } = brought.imported;
      return {
        kind: 'model',
        file: model,
        inspection: { ...inspectSupported(model), interface: face },
        labels,
        imported: { format, notes },
      };
    }
  }
}

function inspectSupported(model: ImportFile['bytes']): ModelInspection {
  const inspection = inspectModel(model);
  const unsupported = unsupportedOperators(inspection);
  if (unsupported.length > 0) throw new HaversackError('OperatorUnsupported', unsupported.join(', '));
  return inspection;
}
