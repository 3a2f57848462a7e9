// Formats that are told apart and not read: what each is, and what makes ONNX of it elsewhere.

export const foreignFormats = ['keras', 'hdf5', 'tflite', 'saved-model', 'pytorch', 'safetensors'] as const;
export type ForeignFormat = (typeof foreignFormats)[number];

const whats: Readonly<Record<ForeignFormat, string>> = {
  keras: 'is a .keras archive, as Keras 3 saves models',
  hdf5: 'is an HDF5 file, as Keras 2 saves models',
  tflite: 'is a TensorFlow Lite model',
  'saved-model': 'is of a TensorFlow SavedModel',
  pytorch: 'was saved by PyTorch, which keeps weights in it and the model in a program',
  safetensors: 'is a safetensors file, which keeps weights and no model',
};

/** Names that a shell reads as they are. */
const plainName = /^[\w./-]+$/;

/**
 * Command lines, one of which makes a model that is read here; for a person to run where the model was made.
 * @param path of the file, or for a SavedModel of what is in its folder
 */
export function conversionCommands(format: ForeignFormat, path: string): string[] {
  const name = plainName.test(path) ? path : 'MODEL';
  const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '.';
  switch (format) {
    // keras.io/api/models/model_saving_apis/export
    case 'keras':
      return [
        `python -c "import keras; keras.models.load_model('${name}').export('model.onnx', format='onnx')"`,
      ];
    // github.com/onnx/tensorflow-onnx, README; tensorflowjs_converter --help
    case 'hdf5':
      return [
        `python -m tf2onnx.convert --keras ${name} --output model.onnx`,
        `tensorflowjs_converter --input_format=keras ${name} web_model`,
      ];
    case 'tflite':
      return [`python -m tf2onnx.convert --tflite ${name} --output model.onnx`];
    case 'saved-model':
      return [
        `python -m tf2onnx.convert --saved-model ${folder} --output model.onnx`,
        `tensorflowjs_converter --input_format=tf_saved_model ${folder} web_model`,
      ];
    // pytorch.org/docs/stable/onnx
    case 'pytorch':
      return ["torch.onnx.export(model, (example_input,), 'model.onnx', dynamo=True, external_data=False)"];
    // huggingface.co/docs/optimum-onnx
    case 'safetensors':
      return [`optimum-cli export onnx --model ${folder} onnx_model`];
  }
}

/** For a terminal: what it is, and the commands. */
export function foreignDetail(format: ForeignFormat, path: string): string {
  return `${path} ${whats[format]}. Convert it: ${conversionCommands(format, path).join('  or  ')}`;
}
