// The licences of what is in an exported page: who hands the page on hands them on with it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of packages that bring no text: who holds the rights (github.com/microsoft/onnxruntime, LICENSE). */
const holders = { 'onnxruntime-web': 'Microsoft Corporation' };

/** spdx.org/licenses/MIT */
const mit = holder => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/**
 * A plugin of Vite that notes which packages have something in what is built.
 * @param {Set<string>} folders gets the packages' folders
 */
export function notePackages(folders) {
  return {
    name: 'haversack:note-packages',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
          const folder = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
          if (folder) folders.add(folder);
        }
      }
    },
  };
}

/**
 * @param {Iterable<string>} folders of packages
 * @returns {string} each with its licence in full; what others' work is in it, where it says so
 */
export function licencesOf(folders) {
  return [...folders]
    .map(folder => ({ folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ folder, name, version, license }) => {
      const texts = readdirSync(folder).filter(file => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
      const whole = texts.sort().map(file => readFileSync(join(folder, file), 'utf8').trim());
      if (whole.length === 0) whole.push(kept(name, license).trim());
      const notices =
        existsSync(join(folder, 'ThirdPartyNotices.txt')) || !(name in holders) ? '' : elsewhere(version);
      return `${name} ${version} (${license})\n${'='.repeat(72)}\n\n${whole.join('\n\n')}\n${notices}`;
    })
    .join('\n\n');
}

/** @throws {Error} for a package that says nothing: its text is to be kept here */
function kept(name, license) {
  if (license === 'MIT' && name in holders) return mit(holders[name]);
  throw new Error(`${name} (${license}) is in the page and brings no licence text`);
}

const elsewhere = version =>
  `\nOthers' work in ONNX Runtime:\nhttps://github.com/microsoft/onnxruntime/blob/v${version}/ThirdPartyNotices.txt\n`;
