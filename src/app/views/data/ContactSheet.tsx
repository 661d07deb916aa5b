/** Images of a set as they are, by split and class, page by page. */
import { useEffect, useId, useRef, useState } from 'react';
import { copy } from '../../copy.ts';
import type {
  DatasetSummary,
  SomeImages,
  StoredSplitName,
} from '../../../protocol/data-messages.ts';
import type { DatasetSource } from '../../../protocol/messages.ts';
import { Panel } from '../../components/Panel.tsx';
import { integer } from '../../format.ts';
import { cellOrigin, drawGrid } from './draw-images.ts';
import { useAnswer } from './use-answer.ts';

const pageSize = 60;
const gap = 4;
/** Screen pixels per side: whole multiples keep the pixels even. */
const cellOf = (size: number) => (size >= 48 ? 64 : size * Math.max(1, Math.round(56 / size)));

export function ContactSheet({
  source,
  summary,
}: {
  source: DatasetSource;
  summary: DatasetSummary;
}) {
  const [split, setSplit] = useState<StoredSplitName>('train');
  const [label, setLabel] = useState<number | null>(null);
  const [first, setFirst] = useState(0);
  const answer = useAnswer('images', { source, split, label, first, count: pageSize });
  const shown = answer.state === 'failed' ? null : answer.value;
  const total = shown?.total ?? 0;
  return (
    <Panel
      title="Images"
      note={
        shown && total > 0
          ? `${integer(first + 1)} to ${integer(first + shown.numbers.length)} of ${integer(total)}`
          : undefined
      }
      className="area-images"
      actions={
        <>
          <select
            aria-label="Split"
            value={split}
            onChange={(event) => {
              setSplit(event.target.value === 'test' ? 'test' : 'train');
              setFirst(0);
            }}
          >
            <option value="train">Training</option>
            <option value="test">Test</option>
          </select>
          <select
            aria-label="Class"
            value={label ?? ''}
            onChange={(event) => {
              setLabel(event.target.value === '' ? null : Number(event.target.value));
              setFirst(0);
            }}
          >
            <option value="">All classes</option>
            {summary.classNames.map((name, i) => (
              <option key={i} value={i}>
                {name}
              </option>
            ))}
          </select>
          <button
            type="button"
            disabled={first === 0}
            onClick={() => setFirst(Math.max(0, first - pageSize))}
          >
            Previous
          </button>
          <button
            type="button"
            disabled={first + pageSize >= total}
            onClick={() => setFirst(first + pageSize)}
          >
            Next
          </button>
        </>
      }
    >
      {answer.state === 'failed' ? (
        <p className="empty" role="alert">
          {answer.error.message} {answer.error.advice}
        </p>
      ) : shown === null ? (
        <p className="empty">{copy.loadingImages}</p>
      ) : total === 0 ? (
        <p className="empty">No {split === 'test' ? 'test' : 'training'} image is of this class.</p>
      ) : (
        <Sheet images={shown} classNames={summary.classNames} />
      )}
    </Panel>
  );
}

function Sheet({ images, classNames }: { images: SomeImages; classNames: readonly string[] }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [columns, setColumns] = useState(10);
  const [hovered, setHovered] = useState<number | null>(null);
  const cell = cellOf(images.size);
  const id = useId();
  useEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() =>
      setColumns(Math.max(1, Math.floor((element.clientWidth + gap) / (cell + gap)))),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [cell]);
  useEffect(
    () => drawGrid(canvas.current!, { ...images, columns, cell, gap }),
    [images, columns, cell],
  );
  const nameOf = (slot: number): string =>
    `${classNames[images.labels[slot]!]!}, number ${integer(images.numbers[slot]!)}`;
  const find = (x: number, y: number): number | null => {
    const slot = Math.floor(y / (cell + gap)) * columns + Math.floor(x / (cell + gap));
    return slot >= 0 && slot < images.numbers.length && x < columns * (cell + gap) ? slot : null;
  };
  const origin = hovered === null ? null : cellOrigin(hovered, { columns, cell, gap });
  return (
    <div ref={box} className="sheet-box" tabIndex={0} role="region" aria-label="Images, scrollable">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${images.numbers.length} images`}
        aria-describedby={id}
        onPointerMove={({ nativeEvent: { offsetX, offsetY } }) =>
          setHovered(find(offsetX, offsetY))
        }
        onPointerLeave={() => setHovered(null)}
      />
      {origin && hovered !== null && (
        <span
          className="sheet-name"
          style={{
            left: Math.min(origin[0], Math.max(0, columns * (cell + gap) - 170)),
            top: origin[1] + cell,
          }}
        >
          {nameOf(hovered)}
        </span>
      )}
      <p id={id} className="visually-hidden">
        {images.labels.map((label) => classNames[label]).join(', ')}
      </p>
    </div>
  );
}
