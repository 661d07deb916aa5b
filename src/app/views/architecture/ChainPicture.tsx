/** A chain as one picture: see `chain-layout.ts`. Before a search the super-net, then what is left of it. */
import { useMemo } from 'react';
import type { Ref } from 'react';
import { layoutChain } from './chain-layout.ts';
import type { ChainEnd, ChainLayer, PlacedLayer } from './chain-layout.ts';
import { mbconvShapeOf } from '../../../domain/operations/registry.ts';
import { mobileSettings } from '../../../domain/spaces/settings.ts';
import { layoutOf } from '../../../domain/spaces/registry.ts';
import { candidatesOf, liveFilters } from '../../store/cell-units.ts';
import { plannedCandidates } from '../../store/planned.ts';
import { shownSettings, useShown } from '../../store/store.ts';
import { integer } from '../../format.ts';
import { End, Group, Layer } from './ChainParts.tsx';
import { ArrowHead } from './ArrowHead.tsx';
import { PictureTitle } from './PictureTitle.tsx';

const headHeight = 46;
const margin = 20;

interface ChainPictureProps {
  ref: Ref<SVGSVGElement>;
  /** Pruned blocks and lost layers too. */
  ghosts: boolean;
}

export function ChainPicture({ ref, ghosts }: ChainPictureProps) {
  const { layout, stands } = useChain(ghosts);
  if (!stands || layout.layers.length === 0) return null;
  const { width, height, layers, groups, ends, links } = layout;
  const gone = layers.filter((one) => one.gone).length;
  return (
    <svg
      ref={ref}
      className="network-picture"
      viewBox={`${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`}
      role="img"
      aria-label={`Network of ${integer(layers.length)} layers${gone > 0 ? `, ${integer(gone)} of them lost` : ''}: ${layers.map(spoken).join('; ')}`}
    >
      <PictureTitle />
      <ArrowHead id="chain-arrow" />
      {links.map((points, i) => (
        <path
          key={i}
          d={`M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`}
          fill="none"
          style={{ stroke: 'var(--muted)' }}
          strokeWidth="1.5"
          strokeLinejoin="round"
          markerEnd="url(#chain-arrow)"
        />
      ))}
      {groups.map((group) => (
        <Group key={`${group.group} ${group.y}`} {...group} />
      ))}
      {ends.map((end) => (
        <End key={end.x} {...end} />
      ))}
      {layers.map((layer) => (
        <Layer key={layer.layer.index} {...layer} />
      ))}
    </svg>
  );
}

/** What the picture shows, from the settings before a search and from the newest units in one. */
function useChain(ghosts: boolean) {
  const planned = useShown(({ run, runId }) => run.started === null && runId === null);
  const details = useShown(({ run }) => run.details);
  const units = useShown(({ run }) => run.units);
  const settings = useShown(shownSettings);
  const classes = useShown(({ run }) => run.started?.dataset.classes ?? null);
  return useMemo(() => {
    const { space, data } = settings;
    const { stem, stemStride, first, head } = mobileSettings(space);
    const { cells } = layoutOf(space, data.imageSize);
    const searched = planned ? cells.length : (details.at(-1)?.cells.length ?? 0);
    const layers = cells.slice(0, searched).map((shape): ChainLayer => {
      const { index, group, channels, size, reduction, shortcut } = shape;
      const candidates = planned
        ? plannedCandidates(space)
        : candidatesOf(details, units, space, index);
      const blocks = candidates
        .filter(({ alive }) => ghosts || alive)
        .map(({ operation, unit, alive, state }) => ({
          ...mbconvShapeOf(operation),
          ...{ alive, regrown: alive && state.regrown },
          left: planned ? channels : (liveFilters(details, index, unit, 1) ?? 0),
        }));
      return { index, group, channels, size, shortcut, blocks, stride: reduction ? 2 : 1 };
    });
    const { imageSize } = data;
    const before: ChainEnd[] = [
      { title: 'input', note: `${imageSize}\u00d7${imageSize}` },
      { title: 'stem 3\u00d73', note: `${stem} channels${stemStride === 2 ? ', /2' : ''}` },
      { title: 'first block', note: `3\u00d73, ${first} channels` },
    ];
    // Stages before the last end in a pool and a classifier of their own.
    const whole = searched === cells.length;
    const headLeft = planned ? head : (liveFilters(details, cells.length - 1, null, 0) ?? head);
    const after: ChainEnd[] = [
      ...(whole ? [{ title: 'head 1\u00d71', note: channelsText(headLeft, head) }] : []),
      { title: 'pooling', note: 'global average' },
      { title: 'classifier', note: classes === null ? 'linear' : `${classes} classes` },
    ];
    return {
      layout: layoutChain(layers, before, after, headHeight),
      stands: planned || details.length > 0,
    };
  }, [settings, details, units, classes, planned, ghosts]);
}

const channelsText = (left: number, all: number): string =>
  left === all ? `${integer(all)} channels` : `${integer(left)} of ${integer(all)}`;

function spoken({ layer: { index, blocks, channels }, gone }: PlacedLayer): string {
  const live = blocks.filter(({ alive }) => alive);
  const parts = live.map(
    ({ kernel, expansion, left }) =>
      `MBConv ${kernel}\u00d7${kernel} expansion ${expansion}, ${left} of ${channels} filters`,
  );
  return `layer ${index + 1}: ${gone ? 'lost' : parts.join(' and ')}`;
}
