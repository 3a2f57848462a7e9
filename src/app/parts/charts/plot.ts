// uPlot behind a small face: colours from the style sheet, size from its frame. Loaded with the first chart only.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { LineChartProps } from './line-chart.tsx';

/** A dash of its own for each series, so that colour is never the only difference. */
const dashes: readonly number[][] = [[], [6, 4], [2, 3], [10, 4, 2, 4]];
const heightPx = 180;

export interface Plot {
  update(props: LineChartProps): void;
  /** Puts the cursor on a point. */
  point(index: number): void;
  destroy(): void;
}

export function createPlot(
  frame: HTMLElement,
  props: LineChartProps,
  onPoint: (index: number | null) => void,
): Plot {
  const colours = readColours(frame, props.series.length);
  const options = optionsOf(frame, props, colours, onPoint);
  const chart = new uPlot(options, dataOf(props), frame);
  const resize = new ResizeObserver(() => chart.setSize({ width: frame.clientWidth, height: heightPx }));
  resize.observe(frame);
  const repaint = (): void => {
    colours.read();
    chart.redraw();
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', repaint);
  const theme = new MutationObserver(repaint);
  theme.observe(document.documentElement, { attributes: true });
  return {
    update: next => chart.setData(dataOf(next)),
    point: index =>
      chart.setCursor({
        left: chart.valToPos(chart.data[0][index] ?? 0, 'x'),
        top: chart.over.clientHeight / 2,
      }),
    destroy() {
      resize.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', repaint);
      chart.destroy();
    },
  };
}

interface Colours {
  read(): void;
  series: string[];
  text: string;
  grid: string;
}

/** Custom properties with `light-dark()` are not resolved by script: a hidden element's computed colour is. */
function readColours(frame: HTMLElement, count: number): Colours {
  const of = (className: string): string => {
    const probe = document.createElement('span');
    probe.className = className;
    probe.hidden = true;
    frame.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const colours: Colours = {
    series: [],
    text: '',
    grid: '',
    read() {
      colours.series = Array.from({ length: count }, (_, i) => of(`series-${i}`));
      colours.text = of('chart-ink');
      colours.grid = of('chart-grid');
    },
  };
  colours.read();
  return colours;
}

function optionsOf(
  frame: HTMLElement,
  props: LineChartProps,
  colours: Colours,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: () => colours.text,
    grid: { stroke: () => colours.grid, width: 1 },
    ticks: { stroke: () => colours.grid, width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: Math.max(200, frame.clientWidth),
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false },
      y: props.range ? { range: [props.range[0], props.range[1]] } : { range: fromZero },
    },
    axes: [
      { ...axis, size: 28, values: (_, ticks) => ticks.map(props.formatX) },
      { ...axis, size: 52, values: (_, ticks) => ticks.map(props.format) },
    ],
    series: [
      {},
      ...props.series.map((one, i) => ({
        label: one.label,
        stroke: () => colours.series[i] ?? colours.text,
        width: 2,
        dash: dashes[i % dashes.length]!,
        spanGaps: true,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [chart => onPoint(chart.cursor.idx ?? null)] },
  };
}

/** A loss starts at zero; its top follows the data. */
function fromZero(_: uPlot, __: number | null, highest: number | null): uPlot.Range.MinMax {
  return [0, highest === null || highest <= 0 ? 1 : highest * 1.05];
}

function dataOf({ x, series }: LineChartProps): uPlot.AlignedData {
  return [[...x], ...series.map(one => [...one.values])];
}
