// A page of any origin that the server's operator lets embed its frame (HAVERSACK_EMBED_ORIGINS): asks the server, and the device's
// own models where the server is away. `?server=` says where it is.
import { HaversackClient } from './client/index.js';

const url = new URLSearchParams(location.search).get('server') ?? 'http://localhost:8787';
const client = new HaversackClient({ url, embed: true, timeoutMs: 10_000 });
const form = document.querySelector('#flower');
const output = document.querySelector('#answer');

form.addEventListener('submit', async event => {
  event.preventDefault();
  const flower = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, Number(text)]));
  try {
    const { rows, answeredBy } = await client.predict('iris', flower);
    output.textContent = `${rows[0].label}, said the ${answeredBy.who}`;
  } catch (error) {
    output.textContent = `${error.title} ${error.detail} ${error.remedy}`;
  }
});
