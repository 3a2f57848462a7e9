// What lies beside an exported page for whoever finds the folder.
import type { PageFacts } from './page-facts.ts';

export function pageReadme(facts: PageFacts): string {
  const { model, version, variant, createdAt, licence, dataLicence, file } = facts;
  const named = version === null ? `${model} (not in a registry yet)` : `${model}, version ${version}`;
  return `${named}
Made ${createdAt.slice(0, 10)} · ${variant} · ${file.bytes} bytes · SHA-256 ${file.digest}
Licence of the model: ${licence ?? 'not said by whoever made this page'}
${dataLicence === null ? '' : `Licence of the data it learnt from: ${dataLicence}\n`}
To open it
  Open index.html in a browser, from this folder as it is: nothing has to be installed, and no network is needed.
  Or let any web server hand the folder out: npx serve, python3 -m http.server, a page on your own host.
  A phone gives camera and microphone only to pages over https: put the folder on such a host, or choose files. No
  browser hears for a page that is opened as a file.

What it does
  It computes in the browser. What it is given is sent nowhere: the page's own policy lets it load the scripts beside
  it, and nothing else.

What is in it
  index.html, page.js, page.css   the page (listener.js: what hears)
  runtime.js, runtime-wasm.js     ONNX Runtime Web
  model.js                        the model, as the page loads it
  model.onnx, manifest.json       the same for other programs: the model, and its inputs, labels and decision

Others' work in it
  ONNX Runtime Web, Preact and its signals, and what else is in the page's scripts: LICENSES.txt has their licences.
  The page itself was made by Haversack.
`;
}
