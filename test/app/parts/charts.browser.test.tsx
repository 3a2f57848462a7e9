import axe from 'axe-core';
import { render } from 'preact';
import { afterEach, beforeEach, expect, test } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/charts.css';
import { ConfusionMatrix } from '../../../src/app/parts/charts/confusion-matrix.tsx';
import { IntervalPlot, scaleStart } from '../../../src/app/parts/charts/interval-plot.tsx';
import { LineChart } from '../../../src/app/parts/charts/line-chart.tsx';

let host: HTMLElement;

beforeEach(() => {
  host = document.createElement('main');
  document.body.append(host);
});

afterEach(() => {
  render(null, host);
  host.remove();
});

function chart(values: readonly (number | null)[]) {
  return (
    <LineChart
      title="Loss 0.25"
      xLabel="rounds"
      x={values.map((_, i) => i)}
      series={[{ label: 'training', values }]}
      format={value => value.toFixed(2)}
      formatX={value => String(value)}
      hint="Arrow keys move along the curve."
    />
  );
}

async function violations(): Promise<string[]> {
  const found = await axe.run(host, { rules: { region: { enabled: false } } });
  return found.violations.map(violation => violation.id);
}

const shown = () => host.querySelector('.chart-value')?.textContent;

test('a curve says its newest value, and is drawn once its library has come', async () => {
  render(chart([1, 0.5, 0.25]), host);
  expect(shown()).toBe('0.25');
  await expect.poll(() => host.querySelectorAll('canvas').length).toBe(1);
});

test('arrow keys read a curve point by point', async () => {
  render(chart([1, 0.5, 0.25]), host);
  await expect.poll(() => host.querySelectorAll('canvas').length).toBe(1);
  const frame = host.querySelector<HTMLElement>('.chart-frame')!;
  const press = (key: string) =>
    frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  press('ArrowLeft');
  await expect.poll(shown).toBe('0.50');
  press('Home');
  await expect.poll(shown).toBe('1.00');
  press('End');
  await expect.poll(shown).toBe('0.25');
});

test('a curve that grows is not drawn anew, and one that goes away takes its canvas with it', async () => {
  render(chart([1, 0.5]), host);
  await expect.poll(() => host.querySelectorAll('canvas').length).toBe(1);
  const canvas = host.querySelector('canvas');
  render(chart([1, 0.5, 0.75]), host);
  await expect.poll(shown).toBe('0.75');
  expect(host.querySelector('canvas')).toBe(canvas);
  render(null, host);
  expect(host.querySelectorAll('canvas')).toHaveLength(0);
});

test('a confusion matrix is a table with names for rows and columns, darker where there is more', async () => {
  render(
    <ConfusionMatrix
      caption="Version 2"
      labels={['cat', 'dog']}
      counts={[
        [9, 1],
        [0, 10],
      ]}
      truth="Truth"
      answer="Answer"
      format={String}
    />,
    host,
  );
  expect([...host.querySelectorAll('th[scope=row]')].map(cell => cell.textContent)).toEqual(['cat', 'dog']);
  const cells = [...host.querySelectorAll('tbody td')];
  expect(cells.map(cell => cell.textContent)).toEqual(['9', '1', '0', '10']);
  expect(cells.map(cell => cell.className)).toEqual([
    'confusion-right heat-5',
    'confusion-wrong heat-1',
    'confusion-wrong heat-0',
    'confusion-right heat-6',
  ]);
  expect(await violations()).toEqual([]);
});

test('intervals share a scale that begins below the lowest and ends at 1', async () => {
  expect(scaleStart([{ low: 0.886 }, { low: 0.93 }])).toBe(0.8);
  expect(scaleStart([{ low: 0.02 }])).toBe(0);
  render(
    <IntervalPlot
      title="Accuracy stayed at 95%"
      rows={[{ name: 'Version 1', value: 0.95, low: 0.9, high: 0.97, text: '95% (90% to 97%, n = 360)' }]}
    />,
    host,
  );
  expect(host.textContent).toContain('95% (90% to 97%, n = 360)');
  expect(await violations()).toEqual([]);
});
