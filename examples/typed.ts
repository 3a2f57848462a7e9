// Models with their types: a missing feature, or an output that the model does not have, is an error of the compiler.
import { HaversackClient } from 'haversack/client';

interface Flower {
  sepal_length_cm: number;
  sepal_width_cm: number;
  petal_length_cm: number;
  petal_width_cm: number;
}

interface Models {
  iris: { input: Flower | Flower[]; outputs: { probabilities: Float32Array<ArrayBuffer> } };
}

const client = new HaversackClient<Models>({ url: process.env.HAVERSACK_URL ?? 'http://localhost:8787' });
const iris = client.model('iris@production');

const flower: Flower = { sepal_length_cm: 6.3, sepal_width_cm: 3.3, petal_length_cm: 6, petal_width_cm: 2.5 };
const { outputs, rows } = await iris.predict([flower, flower]);
const probabilities: Float32Array<ArrayBuffer> = outputs.probabilities.data;
console.log(rows.map(row => row.label).join(', '), probabilities.length);
