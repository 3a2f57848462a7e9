import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conversionCommands, foreignFormats } from '../../src/core/import/foreign-formats.ts';
import { rules } from '../../src/core/import/tfjs-graph/rules/rules.ts';
import { layerRules } from '../../src/core/import/tfjs-layers/apply.ts';

const page = readFileSync('docs/importing.md', 'utf8');

describe('docs/importing.md', () => {
  it('names the layers that have a rule, and no others', () => {
    const listed = /<!-- layers -->([^]*)<!-- \/layers -->/.exec(page)![1]!.trim().split(/,\s+/);
    expect(listed).toEqual(Object.keys(layerRules).sort());
  });

  it('names the operators of graph models that have a rule, and no others', () => {
    const listed = /<!-- operators -->([^]*)<!-- \/operators -->/.exec(page)![1]!.trim().split(/,\s+/);
    expect(listed).toEqual([...rules.keys()].sort());
  });

  it.each(foreignFormats)('has the commands that convert %s', format => {
    const names = { keras: 'net.keras', hdf5: 'net.h5', tflite: 'net.tflite', 'saved-model': 'FOLDER/x' };
    const path = format in names ? names[format as keyof typeof names] : 'FOLDER/x';
    expect(page).toContain(conversionCommands(format, path)[0]);
  });
});
