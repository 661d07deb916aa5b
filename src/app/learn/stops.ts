/**
 * The guided tour: ten stops over a real search, each on the view that `learnViews` (router.ts) names for it. Each says one thing, points at the numbers on screen that show it, and
 * offers one thing to change. Texts are functions of the run on screen, so they speak of what is really there.
 * Over 250 lines: it is one list, the ten stops in their order.
 */
import { copy } from '../copy.ts';
import { measuredText } from '../../domain/accuracy.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';
import { bytes, decimal, integer, percent, plural } from '../format.ts';
import { defaultSpace } from '../../domain/spaces/settings.ts';
import type { SpaceId, SpaceSettings } from '../../domain/spaces/settings.ts';
import { cellName, wordsOf } from '../store/state-name.ts';
import { operationTable } from '../../domain/operations/registry.ts';
import { anySizeLayout, cellCount, placesOf } from '../../domain/spaces/registry.ts';
import { lastSnapshot } from '../store/run-model.ts';
import { fullParameters, shownSettings } from '../store/store.ts';
import type { LabState } from '../store/store.ts';
import { unitKey } from '../store/units.ts';

export interface Stop {
  title: string;
  /** Selector of the panel it points at. */
  target: string;
  /** TeX. */
  formula: BySpace;
  /** What the method does here. */
  text: BySpace;
  /** What can be seen of it now, from the run on screen. */
  live: (state: LabState) => string;
  action: Action | null;
  /** A commit can be looked at step by step here. */
  slowMotion?: true;
}

/** The same for every space, or by space where they differ. */
export type BySpace = string | Readonly<Record<SpaceId, string>>;

export const inSpace = (text: BySpace, { id }: Pick<SpaceSettings, 'id'>): string =>
  typeof text === 'string' ? text : text[id ?? defaultSpace];

export interface Action {
  label: string;
  /** What to look at after it. */
  then: string;
  /** Null = cannot be done now. */
  steering: ((state: LabState) => Steering | null) | 'pause-and-step' | 'download';
}

const notYet = 'Start the tiny search: its numbers will appear here.';

/** A surviving operation of the newest cells, the least important first; of a node that keeps another. */
function weakest(
  state: LabState,
): { cell: number; edge: number; operation: string; importance: number; threshold: number } | null {
  const detail = state.run.details.at(-1);
  const settings = shownSettings(state);
  const places = placesOf(settings.space);
  const found = (detail?.cells ?? []).flatMap(({ cell, operations: units }) =>
    units.importances.flatMap((importance, unit) => {
      const { edge, from, to, operation } = places[unit]!;
      const alive = state.run.units[unitKey({ cell, from, to, operation })]?.alive ?? true;
      return alive
        ? [{ cell, edge, operation, importance, threshold: units.thresholds[unit]! }]
        : [];
    }),
  );
  return found.reduce<(typeof found)[number] | null>(
    (least, one) =>
      least === null || one.importance - one.threshold < least.importance - least.threshold
        ? one
        : least,
    null,
  );
}

function firstPruned(state: LabState): { cell: number; edge: number; operation: string } | null {
  const settings = shownSettings(state);
  for (let cell = 0; cell < cellCount(settings.space); cell++) {
    for (const { edge, from, to, operation } of placesOf(settings.space)) {
      if (state.run.units[unitKey({ cell, from, to, operation })]?.alive === false)
        return { cell, edge, operation };
    }
  }
  return null;
}

const nameOf = ({ cell, operation }: { cell: number; operation: string }): string =>
  `${operationTable[operation as keyof typeof operationTable].short} in ${cellName(cell)}`;

export const stops: readonly Stop[] = [
  {
    title: 'Relaxation: every choice at once',
    target: '.area-graph',
    formula: {
      cells: String.raw`\bar{o}(h) = \sum_{o \in \mathcal{O}} \sigma(\alpha_o)\, m_o\, o(h)`,
      mobile: String.raw`h_{l+1} = [h_l] + \sum_{o \in \mathcal{O}} \sigma(\alpha_o)\, m_o\, o(h_l)`,
    },
    text: {
      cells:
        'A cell is a small graph. Instead of choosing one operation for each of its edges, the super-net holds all candidates and adds up their outputs, each weighted by its importance. So the choice is learned.',
      mobile:
        'The network is a chain of layers. Instead of choosing one inverted bottleneck for each layer, the super-net holds blocks of every kernel and expansion and adds up their outputs, each weighted by its importance. So the choice is learned.',
    },
    live: (state) => {
      const { space } = shownSettings(state);
      const { cells, edges, operations } = anySizeLayout(space);
      const candidates = cells.length * edges.length * operations.length;
      return `This super-net: ${plural(cells.length, wordsOf(space).part)}${edges.length > 1 ? ` of ${plural(edges.length, 'edge')}` : ''}, ${plural(candidates, 'candidate operation')}${
        state.run.started ? `, ${integer(state.run.started.superNetParameters)} parameters` : ''
      }.`;
    },
    action: null,
  },
  {
    title: 'Importance: how much does each unit contribute?',
    target: '.area-units',
    formula: String.raw`\underbrace{\sigma(\alpha_o)}_{\text{operation}} \qquad \underbrace{\sigma(b_c)}_{\text{filter}} \qquad \underbrace{|w|}_{\text{weight}}`,
    text: {
      cells:
        'Everything that can be pruned is a unit with an importance, learned by gradient descent together with the weights: an operation by its alpha, a filter by its gate, a weight by its magnitude.',
      mobile:
        'Everything that can be pruned is a unit with an importance, learned by gradient descent together with the weights: a block by its alpha, a filter by its gate, a weight by its magnitude. A block has two rows of gates: its expanded channels, and its output filters.',
    },
    live: (state) => {
      const unit = weakest(state);
      return unit
        ? `Closest to its threshold now: ${nameOf(unit)}, importance ${decimal(unit.importance)} against ${decimal(unit.threshold)}.`
        : notYet;
    },
    action: {
      label: 'Learn importances twice as fast',
      then: 'The dots spread sooner: some operations gain, others fall behind.',
      steering: (state) => ({
        kind: 'set',
        setting: 'optimizers.importances.rate',
        value: 2 * shownSettings(state).optimizers.importances.rate,
      }),
    },
  },
  {
    title: 'Threshold and straight-through step',
    target: '.area-detail',
    formula: String.raw`m = \mathbb{1}[\,x - t > 0\,], \qquad \frac{\partial m}{\partial x} \approx \begin{cases} 2 - 4|x - t| & |x - t| \le 0.4 \\ 0.4 & |x - t| \le 1 \\ 0 & \text{else} \end{cases}`,
    text: 'A unit stays active while its importance exceeds a threshold. The step function has no useful gradient, so the backward pass uses an estimate. That makes the threshold learnable: no pruning ratio is set manually.',
    live: (state) => {
      const unit = weakest(state);
      return unit && unit.threshold > 0
        ? `The line stands at ${decimal(unit.threshold)} for ${nameOf(unit)}. It started at 0 in this stage.`
        : 'Thresholds start at 0 in each stage and rise once the warm-up is over.';
    },
    slowMotion: true,
    action: {
      label: 'Let thresholds learn twice as fast',
      then: 'Watch the line overtake the dots at the next commits.',
      steering: (state) => ({
        kind: 'set',
        setting: 'optimizers.thresholds.rate',
        value: 2 * shownSettings(state).optimizers.thresholds.rate,
      }),
    },
  },
  {
    title: 'Size regularization: why the network shrinks',
    target: '.area-loss',
    formula: String.raw`\mathcal{L} = \mathrm{CE} + \lambda \Big( \sum_{o} \log\big(1 + n\,\tfrac{\sigma(\alpha_o)}{S}\big) + \sum_{t} e^{-t} \Big)`,
    text: 'Two regularizers work against the task loss: one prefers few operations, the other raises every threshold. Their weight, lambda, adapts after each commit: it grows if too little was pruned and shrinks if too much was.',
    live: ({ run }) =>
      run.latest
        ? `Lambda is ${decimal(run.latest.lambda)}: cross-entropy ${decimal(run.latest.crossEntropy)}, regularizers add ${decimal(run.latest.lambda * (run.latest.sizeRegularizer + run.latest.thresholdRegularizer))}.`
        : notYet,
    action: {
      label: 'Multiply lambda by four',
      then: 'The next commit prunes more; then lambda adapts by itself.',
      steering: ({ run }) => ({
        kind: 'lambda',
        value: 4 * (run.latest?.lambda || run.started?.settings.regularizer.lambda0 || 1e-4),
      }),
    },
  },
  {
    title: 'Three granularities, in balance',
    target: '.area-ratio',
    formula: String.raw`r_{\text{operation}},\; r_{\text{filter}},\; r_{\text{weight}} \;\text{are found, not set}`,
    text: {
      cells:
        'Coarse pruning removes whole operations, fine pruning single weights. Each level has its own thresholds, so how much each contributes is a result of the search and differs by cell, stage and target.',
      mobile:
        'Coarse pruning removes whole blocks, and with the last block of a layer the layer, where a shortcut replaces it. Fine pruning removes single weights. Each level has its own thresholds, so how much each contributes is a result of the search and differs by layer, stage and target.',
    },
    live: ({ run }) => {
      const counts = lastSnapshot(run)?.counts;
      if (!counts) return notYet;
      const left = (level: 'operation' | 'filter' | 'weight'): string =>
        percent(counts[level].left / counts[level].total);
      return `Remaining now: ${left('operation')} of operations, ${left('filter')} of filters, ${left('weight')} of weights.`;
    },
    action: {
      label: 'Let weight thresholds learn twice as fast',
      then: 'More of the pruning moves to the finest level.',
      steering: (state) => ({
        kind: 'set',
        setting: 'optimizers.weightThresholds.rate',
        value: 2 * shownSettings(state).optimizers.weightThresholds.rate,
      }),
    },
  },
  {
    title: 'Stages: a super-net that fits in memory',
    target: '.area-memory',
    formula: {
      cells: String.raw`\text{stage } s:\; \text{cells } 1 \ldots e_s \;\xrightarrow{\text{commit}}\; \text{smaller tensors}`,
      mobile: String.raw`\text{stage } s:\; \text{layers } 1 \ldots e_s \;\xrightarrow{\text{commit}}\; \text{smaller tensors}`,
    },
    text: {
      cells:
        'The whole super-net at once would need the most memory. So cells are searched stage by stage, and a commit removes pruned units from the tensors before the next stage adds its cells.',
      mobile:
        'The whole super-net at once would need the most memory. So layers are searched stage by stage, and a commit removes pruned units from the tensors before the next stage adds its layers. A pruned expanded channel leaves all three convolutions of its block.',
    },
    live: ({ run }) => {
      const last = run.compactions.at(-1);
      if (!run.latest) return notYet;
      return `Now ${bytes(run.latest.memoryBytes)}, peak ${bytes(run.latest.peakMemoryBytes)}${last ? `; the last compaction: ${bytes(last.before)} to ${bytes(last.after)}` : ''}.`;
    },
    action: {
      label: 'Pause, and take a single step',
      then: 'Press Step (or the . key) for one more, Space to resume.',
      steering: 'pause-and-step',
    },
  },
  {
    title: 'The price: early stages are greedy',
    target: '.area-list',
    formula: String.raw`\arg\min_{\text{stage } 1} \;\neq\; \arg\min_{\text{whole network}}`,
    text: {
      cells:
        'Stage 1 decides before the later cells exist: an operation that is useless alone may be just what a deeper cell needs. Permanent pruning, stage by stage, would keep such mistakes.',
      mobile:
        'Stage 1 decides before the later layers exist: a block that is useless alone may be just what a deeper layer needs. Permanent pruning, stage by stage, would keep such mistakes, a lost layer among them.',
    },
    live: (state) => {
      const { run } = state;
      const early = Object.values(run.units).filter(
        ({ history }) => history[0]?.stage === 0,
      ).length;
      return early > 0
        ? `Stage 1 pruned ${plural(early, 'operation')} before any later ${wordsOf(shownSettings(state).space).part} was trained.`
        : 'Stage 1 has not pruned an operation yet.';
    },
    action: {
      label: 'Protect the weakest operation',
      then: 'It is kept regardless of its threshold: see it in the list and in the architecture.',
      steering: (state) => {
        const unit = weakest(state);
        return (
          unit && { kind: 'protect', cell: unit.cell, edge: unit.edge, operation: unit.operation }
        );
      },
    },
  },
  {
    title: 'Re-evaluation: earlier decisions are revised',
    target: '.area-timeline',
    formula: {
      cells: String.raw`P(\text{regrow } o) \;\propto\; \text{score}_{\text{cell}} \times \text{score}_{\text{type}}`,
      mobile: String.raw`P(\text{regrow } o) \;\propto\; \text{score}_{\text{group}} \times \text{score}_{\text{type}}`,
    },
    text: {
      cells:
        'So earlier stages stay open while later ones train: their units can be pruned again, and after each stage some pruned operations are regrown, sampled by the gradients and importances of their cell and type.',
      mobile:
        'So earlier stages stay open while later ones train: their units can be pruned again, and after each stage some pruned blocks are regrown, sampled by the gradients and importances of their group of layers and of their type. A lost layer can come back so.',
    },
    live: ({ run }) => {
      const again = Object.values(run.units).filter(({ history }) =>
        history.some(({ kind }) => kind === 're-pruned'),
      ).length;
      return `So far ${plural(run.regrown, 'operation')} regrown in ${plural(run.regrowths, 'regrowth')}, ${integer(again)} re-pruned.`;
    },
    action: {
      label: 'Regrow a pruned operation manually',
      then: 'It is restored with newly initialized weights; the search may prune it again.',
      steering: (state) => {
        const unit = firstPruned(state);
        return (
          unit && { kind: 'regrow', cell: unit.cell, edge: unit.edge, operation: unit.operation }
        );
      },
    },
  },
  {
    title: 'Target size: when the search ends',
    target: '.area-scatter',
    formula: String.raw`\sum_{w} \mathbb{1}[w \text{ alive}] \;\le\; P_{\text{target}}`,
    text: {
      cells:
        'A last joint stage trains all cells and prunes until the remaining parameters meet your target. The view shows the trade-off between accuracy and size over the whole search.',
      mobile:
        'A last joint stage trains all layers under the real head and prunes until the remaining parameters meet your target. The view shows the trade-off between accuracy and size over the whole search.',
    },
    live: (state) => {
      const { run } = state;
      const full = fullParameters(state);
      if (!run.parameters) return notYet;
      return `${integer(run.parameters.active)} parameters${full ? ` (${percent(run.parameters.active / full)} of the super-net so far)` : ''}; the target is ${integer(shownSettings(state).targetParameters)}.`;
    },
    action: {
      label: 'Lower the target by a quarter',
      then: 'The target line moves, and the joint stage prunes further.',
      steering: (state) => ({
        kind: 'set',
        setting: 'targetParameters',
        value: Math.round(0.75 * shownSettings(state).targetParameters),
      }),
    },
  },
  {
    title: 'The result: an architecture to export',
    target: '.area-network, .area-graph',
    formula: {
      cells: String.raw`\{(\text{operation}, i, j, \text{filters kept}, \text{weight mask})\}`,
      mobile: String.raw`\{(\text{layer}, k, e, \text{channels kept}, \text{weight mask})\}`,
    },
    text: {
      cells:
        'The discovered network consists of the remaining operations between nodes, their remaining filters, and a bitmap of their weights. Retrained from scratch, it is the result of the search.',
      mobile:
        'The discovered network consists of the remaining layers with their blocks, the channels that these kept, and a bitmap of their weights. Retrained from scratch, it is the result of the search.',
    },
    live: ({ run }) => {
      if (!run.architecture)
        return 'It can be downloaded once the search has finished or was stopped.';
      const { parameters, validationAccuracy, validationImages } = run.architecture;
      return `${integer(parameters.active)} of ${integer(parameters.superNet)} parameters${validationAccuracy === null ? '' : `, validation accuracy ${measuredText(validationAccuracy, validationImages)}`}.`;
    },
    action: {
      label: copy.downloadArchitecture,
      then: 'A JSON file, described by a published schema.',
      steering: 'download',
    },
  },
];
