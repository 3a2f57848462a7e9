// Asks a model from Node: one row by the names of its features, then a table in one request.
import { HaversackClient } from 'haversack/client';

const client = new HaversackClient({
  url: process.env.HAVERSACK_URL ?? 'http://localhost:8787',
  key: process.env.HAVERSACK_KEY,
});
client.on('answered', ({ model, version, answeredBy, ms }) => {
  console.log(`${model}@${version} by ${answeredBy?.who ?? 'a server'} in ${ms.toFixed(1)} ms`);
});

const one = await client.predict('iris', {
  sepal_length_cm: 5.1,
  sepal_width_cm: 3.5,
  petal_length_cm: 1.4,
  petal_width_cm: 0.2,
});
console.log(one.rows[0].label, one.rows[0].probability.toFixed(3));

const table = [
  [6.3, 3.3, 6.0, 2.5],
  [5.7, 2.8, 4.1, 1.3],
];
const { rows } = await client.predict('iris', table);
console.log(rows.map(({ label, sure }) => (sure ? label : `${label}?`)).join(', '));
