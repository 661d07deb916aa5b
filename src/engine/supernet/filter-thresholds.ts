/** Which thresholds judge filters: of candidate operations, preprocesses and heads. They may move at a rate of their own. */
import type { ParameterTable } from '../../domain/graph/parameters.ts';

/** Of the packed group of operation and filter thresholds, an entry each. */
export const filterThresholds = ({ specs }: ParameterTable): boolean[] =>
  specs.flatMap(({ name, group, size }) =>
    group === 'threshold'
      ? new Array<boolean>(size).fill(!name.endsWith('.operationThreshold'))
      : [],
  );
