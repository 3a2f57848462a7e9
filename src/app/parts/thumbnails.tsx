// Many small pictures, or lines of text, in a box that scrolls, of which only those in sight are in the page; chosen by tap or keys,
// dragged as a group. Knows nothing of what they are of.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/photo.ts';
import { windowOf } from './window-of.ts';

/** A small picture, where it is still there. */
export type ReadThumbnail = (id: string) => Promise<Blob | null>;

/** Side of a picture at least, and the gap after it, in CSS pixels: what a thumb can hit. */
const leastCellPx = 64;
const gapPx = 4;

/** What a drag carries: the ids, one a line. */
export const draggedPhotos = 'application/x-haversack-photos';

export interface ThumbnailsProps {
  readonly label: string;
  /** Ids, in the order they are shown in. */
  readonly photos: readonly string[];
  /** Must stay the same function. */
  readonly read: ReadThumbnail;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  /** Delete was pressed with some selected. */
  readonly onRemove?: () => void;
  /** One was tapped, or Enter pressed on it: beside being selected by a tap, a sound is heard. */
  readonly onOpen?: (id: string) => void;
  /** What the nth is called, from 1; absent: a photo. */
  readonly nameOf?: (n: number) => string;
  /** What stands in the place of a picture: a line, as wide as the box. Must stay the same function. */
  readonly lineOf?: (id: string) => ComponentChildren;
}

/** A line's height, in CSS pixels: what a thumb can hit. */
const linePx = 44;

export function Thumbnails(props: ThumbnailsProps) {
  const { photos, selected, onSelect } = props;
  const nameOf = props.nameOf ?? (n => t('nthPhoto', { n }));
  const base = useId();
  const { box, columns, cell, seen, onScroll, reveal } = useGrid(photos.length, props.lineOf !== undefined);
  const [active, setActive] = useState(0);
  const here = Math.min(active, photos.length - 1);
  const select = (index: number, isRange: boolean): void => {
    onSelect(isRange ? withRange(selected, photos, here, index) : toggled(selected, photos[index]!));
    setActive(index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = placeByKey(event.key, { here, columns, count: photos.length });
    if (to !== null) {
      setActive(to);
      reveal(to);
    } else if (event.key === ' ') select(here, event.shiftKey);
    else if (event.key === 'Enter' && props.onOpen && photos.length > 0) props.onOpen(photos[here]!);
    else if (event.key === 'Delete' && selected.size > 0) props.onRemove?.();
    else if (event.key === 'Escape' && selected.size > 0) onSelect(new Set());
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect(new Set(photos));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      class="thumbs"
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable="true"
      aria-activedescendant={photos.length > 0 ? `${base}-${here}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="thumbs-all" style={{ height: `${seen.heightPx}px` }} role="presentation">
        {photos.slice(seen.from, seen.to).map((id, i) => {
          const index = seen.from + i;
          return (
            <Thumb
              key={id}
              id={id}
              index={index}
              name={nameOf(index + 1)}
              of={photos.length}
              element={`${base}-${index}`}
              isActive={index === here}
              selected={selected}
              style={placeOf(index, columns, cell)}
              read={props.read}
              lineOf={props.lineOf}
              onTap={isRange => {
                select(index, isRange);
                props.onOpen?.(id);
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

/** How so many lie in the box as it is now, and which of them are in sight. */
function useGrid(count: number, isOfLines: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [scrollTop, setScrollTop] = useState(0);
  const columns = isOfLines ? 1 : Math.max(1, Math.floor((size.width + gapPx) / (leastCellPx + gapPx)));
  // As wide as the box lets them be: no strip stays free at its end.
  const widthPx = Math.max(leastCellPx, (size.width + gapPx) / columns - gapPx);
  const cell = { widthPx, heightPx: isOfLines ? linePx : widthPx };
  const pitchPx = cell.heightPx + gapPx;
  const seen = windowOf({ count, columns, pitchPx, scrollTop, heightPx: size.height });
  const onScroll = (): void => setScrollTop(box.current?.scrollTop ?? 0);
  const reveal = (index: number): void => {
    bringIntoView(box.current, Math.floor(index / columns) * pitchPx, cell.heightPx);
  };
  return { box, columns, cell, seen, onScroll, reveal };
}

/** The place that a key leads to; null: it leads nowhere. */
function placeByKey(
  key: string,
  { here, columns, count }: { readonly here: number; readonly columns: number; readonly count: number },
): number | null {
  const last = count - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -here,
    End: last - here,
  };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(last, here + step));
}

function Thumb(props: {
  readonly id: string;
  /** Id of its element. */
  readonly element: string;
  readonly name: string;
  readonly index: number;
  /** How many there are. */
  readonly of: number;
  readonly isActive: boolean;
  readonly selected: ReadonlySet<string>;
  readonly style: ReturnType<typeof placeOf>;
  readonly read: ReadThumbnail;
  readonly lineOf: ThumbnailsProps['lineOf'];
  readonly onTap: (isRange: boolean) => void;
}) {
  const { id, element, name, index, of, isActive, selected, style, read, lineOf, onTap } = props;
  const look = isActive ? 'thumb active' : 'thumb';
  return (
    <div
      id={element}
      role="option"
      class={lineOf ? `${look} line` : look}
      aria-selected={selected.has(id)}
      aria-label={lineOf ? undefined : name}
      aria-setsize={of}
      aria-posinset={index + 1}
      style={style}
      draggable
      onDragStart={event => drag(event, id, selected)}
      onClick={event => onTap(event.shiftKey)}
    >
      {lineOf ? (
        <>
          <span class="soft small numbers">{name}</span>
          {lineOf(id)}
        </>
      ) : (
        <Picture id={id} read={read} />
      )}
    </div>
  );
}

/** Owns its object URL. */
export function Picture(props: { readonly id: string; readonly read: ReadThumbnail; readonly alt?: string }) {
  const { id, read, alt = '' } = props;
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let wanted = true;
    read(id).then(
      blob => {
        if (!wanted || !blob) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      },
      (thrown: unknown) => console.warn('haversack: a thumbnail could not be read.', thrown),
    );
    return () => {
      wanted = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [id, read]);
  return url === null ? null : <img src={url} alt={alt} draggable={false} decoding="async" />;
}

function placeOf(
  index: number,
  columns: number,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
) {
  const x = (index % columns) * (widthPx + gapPx);
  const y = Math.floor(index / columns) * (heightPx + gapPx);
  return { transform: `translate(${x}px, ${y}px)`, width: `${widthPx}px`, height: `${heightPx}px` };
}

function toggled(selected: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(selected);
  if (!next.delete(id)) next.add(id);
  return next;
}

function withRange(
  selected: ReadonlySet<string>,
  photos: readonly string[],
  from: number,
  to: number,
): Set<string> {
  const some = photos.slice(Math.min(from, to), Math.max(from, to) + 1);
  return new Set([...selected, ...some]);
}

/** All that are selected, where the one that is dragged is among them. */
function drag(event: DragEvent, id: string, selected: ReadonlySet<string>): void {
  const ids = selected.has(id) ? [...selected] : [id];
  event.dataTransfer?.setData(draggedPhotos, ids.join('\n'));
}

function bringIntoView(box: HTMLElement | null, top: number, cellPx: number): void {
  if (!box) return;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + cellPx > box.scrollTop + box.clientHeight) box.scrollTop = top + cellPx - box.clientHeight;
}

function useSize(box: { readonly current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return size;
}
