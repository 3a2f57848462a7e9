// The descent of versions as a picture beside a list: the list is what is read and walked through, the picture lies beside
// it, row by row, so that text of any size keeps its place in it.
import type { ComponentChildren } from 'preact';
import { lanesOf, type LineageRow } from './lineage-rows.ts';

export interface LineageItem {
  readonly row: LineageRow;
  /** `changed`: another graph than its parent's. `retired`: not to be used any more. */
  readonly mark: 'plain' | 'changed' | 'retired';
  readonly href: string;
  /** The one whose sheet is open. */
  readonly current: boolean;
  readonly children: ComponentChildren;
}

/** Pixels; the node lies at the middle of a row's first line. */
const laneWidth = 18;
const nodeY = 26;
const nodeRadius = 6;

export function LineageGraph(props: { readonly label: string; readonly items: readonly LineageItem[] }) {
  const width = lanesOf(props.items.map(({ row }) => row)) * laneWidth + 6;
  return (
    <ol role="list" class="lineage-graph" aria-label={props.label}>
      {props.items.map(item => (
        <li key={item.row.version} class={item.mark === 'retired' ? 'lineage-item retired' : 'lineage-item'}>
          <Picture item={item} width={width} />
          <a class="lineage-link" href={item.href} aria-current={item.current ? 'true' : undefined}>
            {item.children}
          </a>
        </li>
      ))}
    </ol>
  );
}

function Picture({ item, width }: { readonly item: LineageItem; readonly width: number }) {
  const { row, mark, current } = item;
  const x = at(row.lane);
  return (
    <svg class="lineage-picture" width={width} aria-hidden="true" focusable="false">
      {row.passing.map(lane => (
        <line key={lane} class={tone(lane)} x1={at(lane)} x2={at(lane)} y1="0" y2="100%" />
      ))}
      {row.fromAbove.map(lane => (
        <path
          key={lane}
          class={tone(lane)}
          d={`M${at(lane)} 0C${at(lane)} ${nodeY * 0.7} ${x} ${nodeY * 0.3} ${x} ${nodeY}`}
        />
      ))}
      {row.goesOn ? <line class={tone(row.lane)} x1={x} x2={x} y1={nodeY} y2="100%" /> : null}
      {current ? <circle class="lineage-current" cx={x} cy={nodeY} r={nodeRadius + 3.5} /> : null}
      {mark === 'changed' ? (
        <rect
          class={`lineage-node ${tone(row.lane)}`}
          x={x - nodeRadius}
          y={nodeY - nodeRadius}
          width={nodeRadius * 2}
          height={nodeRadius * 2}
          transform={`rotate(45 ${x} ${nodeY})`}
        />
      ) : (
        <circle class={`lineage-node ${tone(row.lane)}`} cx={x} cy={nodeY} r={nodeRadius} />
      )}
    </svg>
  );
}

const at = (lane: number): number => laneWidth * (lane + 0.5) + 3;
/** Colours come again after four lanes; what belongs together is said by the lines. */
const tone = (lane: number): string => `lane lane-${lane % 4}`;
