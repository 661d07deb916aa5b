/**
 * The terms that the lab uses, once: definition, where the paper treats it, and the stop of the guided tour that shows it.
 * Cards at terms, the help and explanations all take them from here.
 */

export interface Entry {
  readonly term: string;
  /** Other spellings that mean the same in running text. */
  readonly also?: readonly string[];
  /** One short definition. */
  readonly definition: string;
  /** Section of the paper (arXiv 2310.15074) that introduces it. */
  readonly section: string;
  /** Stop of the guided tour, from 0; null = none is about it. */
  readonly stop: number | null;
  /** TeX. */
  readonly formula?: string;
}

const method = 'III, adaptive pruning';
const staged = 'III, multi-stage search';
const revision = 'III, progressive re-evaluation';
const space = 'III, search space';

const entries = {
  'super-net': {
    term: 'super-net',
    definition:
      'The network that holds all candidates at once. Training it and pruning it is the search.',
    section: space,
    stop: 0,
    formula: String.raw`\bar{o}(h) = \sum_{o \in \mathcal{O}} \sigma(\alpha_o)\, m_o\, o(h)`,
  },
  cell: {
    term: 'cell',
    also: ['cells'],
    definition:
      'A small graph that the network repeats: two inputs, some nodes that add what reaches them, one output.',
    section: space,
    stop: 0,
  },
  edge: {
    term: 'edge',
    also: ['edges'],
    definition:
      'A connection from one state of a cell to a later node. It holds all candidate operations; those that remain are added up.',
    section: space,
    stop: 0,
  },
  layer: {
    term: 'layer',
    also: ['layers'],
    definition:
      'A place in a chain: the sum of its candidate blocks and, where it has a shortcut, of its input. With a shortcut it can lose all of its blocks.',
    section: space,
    stop: 0,
  },
  block: {
    term: 'inverted bottleneck',
    also: ['inverted bottlenecks', 'mbconv'],
    definition:
      'A candidate block of a chain: a 1\u00d71 convolution expands the channels, a depthwise one filters them, a 1\u00d71 convolution projects them back.',
    section: space,
    stop: 0,
  },
  shortcut: {
    term: 'shortcut',
    also: ['shortcuts'],
    definition:
      'The input of a layer, added to its output: where size and channels are the same. What remains of a layer that lost all of its blocks.',
    section: space,
    stop: 0,
  },
  'candidate-operation': {
    term: 'candidate operation',
    also: ['candidate operations', 'candidates', 'candidate'],
    definition:
      'An operation that an edge or a layer can compute: a convolution, a pooling, a skip connection, or in a chain an inverted bottleneck.',
    section: space,
    stop: 0,
  },
  unit: {
    term: 'unit',
    also: ['units'],
    definition:
      'Anything that can be pruned: a candidate operation, a filter of a convolution, or a single weight.',
    section: method,
    stop: 1,
  },
  importance: {
    term: 'importance',
    also: ['importances'],
    definition:
      'How much a unit contributes, learned together with the weights: sigmoid(alpha) for an operation, the gate for a filter, the magnitude for a weight.',
    section: method,
    stop: 1,
    formula: String.raw`\underbrace{\sigma(\alpha_o)}_{\text{operation}} \qquad \underbrace{\sigma(b_c)}_{\text{filter}} \qquad \underbrace{|w|}_{\text{weight}}`,
  },
  'filter-gate': {
    term: 'filter gate',
    also: ['gates', 'gate'],
    definition:
      'A learned factor between 0 and 1 on each output channel of a convolution: the importance of that filter.',
    section: method,
    stop: 1,
    formula: String.raw`y_c = \sigma(b_c)\, m_c\, \mathrm{norm}(x)_c`,
  },
  threshold: {
    term: 'threshold',
    also: ['thresholds'],
    definition:
      'The value that an importance must exceed. It starts at 0 after each commit and is learned by gradient descent, so no pruning ratio is set manually.',
    section: method,
    stop: 2,
    formula: String.raw`\begin{gathered} m = \mathbb{1}[\,x - t > 0\,], \quad x = \sigma(\alpha_o),\; \sigma(b_c) \text{ or } |w| \\ \mathcal{L} = \mathrm{CE} + \lambda \Big( R_{\text{size}} + \sum_{t} e^{-t} \Big) \end{gathered}`,
  },
  lambda: {
    term: 'lambda',
    definition:
      'The weight of both regularizers in the loss. It starts at 0 in each stage and grows while commits prune little.',
    section: method,
    stop: 3,
    formula: String.raw`\mathcal{L} = \mathrm{CE} + \lambda \Big( \sum_{o} \log\big(1 + n\,\tfrac{\sigma(\alpha_o)}{S}\big) + \sum_{t} e^{-t} \Big)`,
  },
  'remaining-ratio': {
    term: 'remaining ratio',
    also: ['remaining ratios'],
    definition:
      'The share of all units that are not pruned, by granularity, cell or layer, and stage. It follows from the learned thresholds.',
    section: method,
    stop: 4,
    formula: String.raw`r = \frac{\text{active units}}{\text{all units}}`,
  },
  granularity: {
    term: 'granularity',
    also: ['granularities'],
    definition: 'A level at which units are pruned: operations, filters or weights.',
    section: method,
    stop: 4,
  },
  commit: {
    term: 'commit',
    also: ['commits'],
    definition:
      'The moment at which pruned units are removed from the tensors. The network becomes smaller, and memory is freed.',
    section: staged,
    stop: 5,
  },
  stage: {
    term: 'stage',
    also: ['stages'],
    definition:
      'A part of the search that trains the network up to a certain depth. Later stages build on the pruned cells of earlier ones, so the whole super-net is never in memory at full size.',
    section: staged,
    stop: 5,
  },
  'joint-stage': {
    term: 'joint stage',
    definition: 'The last stage, over the whole network. It prunes down to the target size.',
    section: staged,
    stop: 8,
  },
  'warm-up': {
    term: 'warm-up',
    definition:
      'The first epochs of a stage, in which only weights are trained and nothing is pruned.',
    section: staged,
    stop: 5,
  },
  're-pruning': {
    term: 're-pruning',
    also: ['re-pruned'],
    definition: 'Units of earlier stages are pruned again while later stages train.',
    section: revision,
    stop: 6,
  },
  regrowth: {
    term: 'regrowth',
    also: ['regrown'],
    definition:
      'After a stage, some pruned operations are restored, sampled by the scores of their cell and of their type, because an early stage prunes before the later cells exist.',
    section: revision,
    stop: 7,
    formula: String.raw`P(\text{regrow } o) \;\propto\; \text{score}_{\text{cell}} \times \text{score}_{\text{type}}`,
  },
  target: {
    term: 'target size',
    definition: 'The maximum number of active parameters of the discovered network.',
    section: 'IV, experiments',
    stop: 8,
    formula: String.raw`\sum_{w} \mathbb{1}[w \text{ alive}] \;\le\; P_{\text{target}}`,
  },
} satisfies Record<string, Entry>;

export type TermId = keyof typeof entries;
export const glossary: Readonly<Record<TermId, Entry>> = entries;
export const termIds = Object.keys(entries) as TermId[];

const byWord = new Map<string, TermId>(
  termIds.flatMap((id) =>
    [glossary[id].term, ...(glossary[id].also ?? [])].map((word) => [word, id] as const),
  ),
);
const words = [...byWord.keys()].sort((a, b) => b.length - a.length);
// Whole words: a hyphen or a letter beside it makes another word.
const pattern = new RegExp(`(?<![\\w-])(${words.join('|')})(?![\\w-])`, 'gi');

export type Piece = string | { readonly id: TermId; readonly text: string };

/** Running text with the first mention of each term marked. */
export function termsIn(text: string): Piece[] {
  const pieces: Piece[] = [];
  const seen = new Set<TermId>();
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const id = byWord.get(match[0].toLowerCase());
    if (id === undefined || seen.has(id)) continue;
    seen.add(id);
    if (match.index > from) pieces.push(text.slice(from, match.index));
    pieces.push({ id, text: match[0] });
    from = match.index + match[0].length;
  }
  return from < text.length ? [...pieces, text.slice(from)] : pieces;
}
