// Our side: the imported model in a session of the app's own worker.
import '../training/cores.ts';
import { loadOrt, type WebProvider } from '../../../src/worker/ort.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import type { Answer } from '../../imports/answers.ts';
import { fetchBytes, serveSide } from './side.ts';

serveSide(async backend => {
  const provider = backend as WebProvider;
  await loadOrt(provider);
  return {
    async open({ name }) {
      const session = await openOrtSession(await fetchBytes(`/models/${name}.onnx`), provider);
      return {
        async predict(feeds) {
          const answers = Object.entries(await session.run(feeds));
          return new Map(
            answers.map(([output, { shape, data }]): [string, Answer] => [
              output,
              { shape, data: data as Float32Array },
            ]),
          );
        },
        dispose: () => session.dispose(),
      };
    },
  };
});
