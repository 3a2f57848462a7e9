// The peer: the original in TensorFlow.js.
import '../training/cores.ts';
import { answersOf, openGraphModel } from '../../imports/tfjs-model.ts';
import { startTfjs } from '../tfjs-backend.ts';
import { fetchBytes, serveSide } from './side.ts';

serveSide(async backend => {
  await startTfjs(backend);
  return {
    async open({ name, outputs }) {
      const [json, shards] = await Promise.all([
        fetchBytes(`/models/${name}.json`),
        fetchBytes(`/models/${name}.bin`),
      ]);
      const model = await openGraphModel(json, shards);
      return {
        predict: feeds => answersOf(model, feeds, outputs),
        dispose: () => Promise.resolve(model.dispose()),
      };
    },
  };
});
