import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packHyper } from '../hyper.ts';
import { ceilDiv } from '../quad.ts';
import { forDrawn } from '../testing/draw.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { sgd, sgdModes } from './program.ts';
import { thresholdRow } from './rows.ts';

const groupSizes = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 5, maxLength: 5 });

it('updates each group by its rate and mode, filter thresholds by theirs, and clears the gradients', async () => {
  await forDrawn(
    groupSizes,
    async (groups, draw) => {
      const size = groups.reduce((n, count) => n + count, 1);
      const from = groups.map((_, i) => groups.slice(0, i).reduce((n, count) => n + count, 0));
      const [values, gradients, momenta] = sequence(3).map(() => draw.normals(size));
      const rates = sequence(5).map(() => draw.uniform());
      const modes = sequence(5).map(
        () => [sgdModes.off, sgdModes.gather, sgdModes.train][draw.below(3)],
      );
      const filterRate = draw.uniform();
      const ofFilters = sequence(groups[3]!).map(() => draw.below(2) === 1);
      const tables = new TestTables();
      const thresholdTable = tables.add(
        ofFilters.map((yes) => thresholdRow.pack({ ofFilters: yes })),
      );
      const [momentum, decay, clip] = [0.9, 0.05, 0.6];
      const gridX = 2;
      const result = await runProgram(
        sgd,
        {
          values: values!,
          gradients: gradients!,
          momenta: momenta!,
          hyper: packHyper({
            lambda: 0,
            mu: 0,
            momentum,
            decay,
            clipNorm: 0,
            sizeFirst: 0,
            sizeLast: 0,
            ring: 0,
            rateWeight: rates[0]!,
            rateAlpha: rates[1]!,
            rateGate: rates[2]!,
            rateThreshold: rates[3]!,
            rateFilterThreshold: filterRate,
            rateWeightThreshold: rates[4]!,
            modeWeight: modes[0]!,
            modeAlpha: modes[1]!,
            modeGate: modes[2]!,
            modeThreshold: modes[3]!,
            modeWeightThreshold: modes[4]!,
          }),
          norms: Float32Array.of(7, clip),
          tables: tables.words,
        },
        {
          size,
          alphaFrom: from[1]!,
          gateFrom: from[2]!,
          thresholdFrom: from[3]!,
          weightThresholdFrom: from[4]!,
          thresholdTable,
          segments: 1,
          gridX,
        },
        [gridX, ceilDiv(size, 64 * gridX)],
      );
      const groupOf = (i: number): number => from.findLastIndex((first) => i >= first);
      const expectedMomenta = momenta!.map((m, i) => {
        const group = groupOf(i);
        if (modes[group] === sgdModes.off) return m;
        const g = group === 0 ? gradients![i]! * clip + decay * values![i]! : gradients![i];
        return momentum * m + g!;
      });
      const expectedValues = values!.map((value, i) => {
        const group = groupOf(i);
        const rate = group === 3 && ofFilters[i - from[3]!] ? filterRate : rates[group]!;
        return modes[group] === sgdModes.train ? value - rate * expectedMomenta[i]! : value;
      });
      expect(difference(result.momenta!, expectedMomenta)).toBeLessThan(1e-6);
      expect(difference(result.values!, expectedValues)).toBeLessThan(1e-6);
      expect(Math.max(...result.gradients!.map(Math.abs))).toBe(0);
    },
    8,
  );
});
