/** Cells as Graphviz DOT, in the convention of DARTS' visualize.py: c_{k-2}, c_{k-1} left, numbered nodes, c_{k} right. */
import { inputStates, nodeOf, nodeStates } from '../../spaces/cells.ts';
import type { Architecture } from '../schema.ts';
import { distinctCells, edgesOf } from './cells.ts';
import { cellSettings } from '../../spaces/settings.ts';

export function cellsDot(architecture: Architecture): string {
  const { nodes } = cellSettings(architecture.settings.space);
  const clusters = distinctCells(architecture).map(({ cell, title }, c) => {
    const id = (state: number): string => `"${c}/${state}"`;
    const inputs = inputStates.map(
      (state) =>
        `    ${id(state)} [label="c_{k-${inputStates.length - state}}", fillcolor=darkseagreen2]`,
    );
    const inner = nodeStates(nodes).map(
      (state) => `    ${id(state)} [label="${nodeOf(state)}", fillcolor=lightblue]`,
    );
    const edges = edgesOf(cell).flatMap(({ from, to, names }) =>
      names.map((name) => `    ${id(from)} -> ${id(to)} [label="${name}", fillcolor=gray]`),
    );
    const output = nodeStates(nodes).map(
      (state) => `    ${id(state)} -> "${c}/out" [fillcolor=gray]`,
    );
    return [
      `  subgraph cluster_${c} {`,
      `    label="${title}"`,
      ...inputs,
      ...inner,
      `    "${c}/out" [label="c_{k}", fillcolor=palegoldenrod]`,
      ...edges,
      ...output,
      '  }',
    ].join('\n');
  });
  return `digraph cells {
  rankdir=LR
  fontname="Helvetica"
  node [style=filled, shape=rect, align=center, fontsize=20, height=0.5, width=0.5, penwidth=2, fontname="Helvetica"]
  edge [fontsize=16, fontname="Helvetica"]
${clusters.join('\n')}
}
`;
}
