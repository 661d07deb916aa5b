/** Whole courses of lambda and its step, by the statements of the released program. */
import * as v from 'valibot';
import { paperSettings } from '../../../src/domain/settings/presets.ts';
import {
  adaptLambda,
  initialLambda,
  jointCapRatio,
  stageCapRatio,
} from '../../../src/engine/search/lambda.ts';
import { relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import { parseAs } from '../reference.ts';

const finite = v.pipe(v.number(), v.finite());

const LambdaRoundsSchema = v.object({
  lambda0: finite,
  c0: finite,
  hardCap: finite,
  sequences: v.array(
    v.object({
      name: v.string(),
      stage: v.picklist(['stage', 'joint']),
      rounds: v.array(
        v.object({
          pruned: v.pipe(v.number(), v.integer(), v.minValue(0)),
          crossEntropy: finite,
          sizeTerm: finite,
          lambdaUsed: finite,
          lambda: finite,
          step: finite,
        }),
      ),
    }),
  ),
});

/** Candidates of the paper's super-net, whose counts 24 and 48 the settings hold as shares. */
const candidates = 784;
/** Doubles on both sides. */
const tolerance = 1e-12;

export function checkLambdaRounds(content: unknown, file: string): Check[] {
  const { lambda0, c0, sequences } = parseAs(LambdaRoundsSchema, content, file);
  const settings = { ...paperSettings.regularizer, lambda0, c0 };
  return sequences.flatMap(({ name, stage, rounds }) => {
    let state = initialLambda(settings);
    const told = { used: [] as number[], lambda: [] as number[], step: [] as number[] };
    for (const { pruned, crossEntropy, sizeTerm } of rounds) {
      told.used.push(state.lambda);
      state = adaptLambda(
        state,
        {
          prunedShare: pruned / candidates,
          crossEntropy,
          sizeRegularizer: sizeTerm,
          capRatio: stage === 'joint' ? jointCapRatio : stageCapRatio,
        },
        settings,
      );
      told.lambda.push(state.lambda);
      told.step.push(state.step);
    }
    const check = (what: string, actual: number[], expected: number[]): Check => ({
      name: `${stage}, ${name}: ${what}`,
      error: Math.max(...actual.map((x, i) => relativeError([x], [expected[i]!]))),
      tolerance,
    });
    return [
      check(
        'lambda in force',
        told.used,
        rounds.map(({ lambdaUsed }) => lambdaUsed),
      ),
      check(
        'lambda after the round',
        told.lambda,
        rounds.map(({ lambda }) => lambda),
      ),
      check(
        'step',
        told.step,
        rounds.map(({ step }) => step),
      ),
    ];
  });
}
