import { describe, expect, it } from 'vitest';
import { halfActivations } from './half-activations.ts';
import { programs } from './testing/programs.ts';
import { source } from './wgsl-program.ts';

const bindings = ['inputs', 'results'];

it('loads as f32 and stores as half floats', () => {
  const rewritten = (code: string): string => halfActivations(code, bindings);
  expect(rewritten('let a = inputs[at + 1u] * inputs[base[2]];')).toBe(
    'let a = vec4f(inputs[at + 1u]) * vec4f(inputs[base[2]]);',
  );
  expect(rewritten('results[i] = max(results[i], inputs[f(i, 2u)]);')).toBe(
    'results[i] = toHalf(max(vec4f(results[i]), vec4f(inputs[f(i, 2u)])));',
  );
  expect(rewritten('sum += inputs[i][lane & 3u] + inputs[inputs[i].x].y;')).toBe(
    'sum += f32(inputs[i][lane & 3u]) + f32(inputs[f32(inputs[i].x)].y);',
  );
  expect(rewritten('if (inputs[i].x == 1.0) {')).toBe('if (f32(inputs[i].x) == 1.0) {');
  // Names that only look alike.
  expect(rewritten('my_inputs[i] = row.inputs[i] + inputsOf[i];')).toBe(
    'my_inputs[i] = row.inputs[i] + inputsOf[i];',
  );
});

it.each(['results[i] += a;', 'results[i].x = 1.0;', 'results[i][2] = 1.0;', 'add(&results[i]);'])(
  'refuses %s',
  (code) => {
    expect(() => halfActivations(code, bindings)).toThrow(/results/);
  },
);

describe('the programs', () => {
  it.each(programs.map((program) => [program.label, program] as const))('%s', (_, program) => {
    const names = program.bindings.flatMap(([name, , type]) =>
      type === 'activation' ? [name] : [],
    );
    const [full, half] = (['float32', 'float16'] as const).map((format) =>
      source(program, false, format),
    );
    expect(full).not.toMatch(/f16|vec4h|toHalf|activation>/);
    if (names.length === 0) {
      expect(half).toBe(full);
      return;
    }
    // Taking the conversions away gives the program as it was written.
    const declared = half!
      .replace(/^enable f16;\n/, '')
      .replace(/fn toHalf[^}]*}\n/, '')
      .replaceAll('array<vec4h>', 'array<vec4f>');
    const body = declared.replace(/(?:toHalf|vec4f|f32|\(|\)|\s)/g, '');
    expect(body).toBe(full!.replace(/(?:vec4f|f32|\(|\)|\s)/g, ''));
    for (const name of names) {
      const uses = (half!.match(new RegExp(`(?<![\\w.])${name}\\[`, 'g')) ?? []).length;
      const loads = (half!.match(new RegExp(`(?:vec4f|f32)\\(${name}\\[`, 'g')) ?? []).length;
      const stores = (
        half!.match(new RegExp(`(?<![\\w.])${name}\\[[^;]*\\] = toHalf\\(`, 'g')) ?? []
      ).length;
      expect(loads + stores).toBe(uses);
      expect(uses).toBeGreaterThan(0);
    }
  });
});
