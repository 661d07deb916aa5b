/** A compute program as data, and its whole WGSL. */
import { halfActivations, toHalfFunction } from './half-activations.ts';
import type { ActivationFormat } from './activation-format.ts';
import { none } from './quad.ts';

export type Access = 'read' | 'read_write';

/** A WGSL compute program. Sizes come in through `params`, so one pipeline serves every size of its class. */
export interface Program {
  /** Names the kernel in profiles and errors. */
  readonly label: string;
  /**
   * Storage bindings in order: [name, access, WGSL element type]. Activations and their gradients have the type
   * `activation`: the code loads and assigns them as vec4f, whole elements, whatever they are stored as.
   */
  readonly bindings: readonly (readonly [name: string, access: Access, type: string])[];
  /** u32 fields of the uniform `params`. */
  readonly params: readonly string[];
  readonly workgroupSize: number;
  /** Declarations and `fn run(local : u32, group : vec3u)`; a function where subgroups, if there are any, are of use. */
  readonly code: string | ((subgroups: boolean) => string);
}

/** The whole program. */
export function source(
  program: Program,
  subgroups: boolean,
  activations: ActivationFormat = 'float32',
): string {
  const lanes = subgroups && typeof program.code === 'function';
  const stored = program.bindings.filter(([, , type]) => type === 'activation');
  const half = activations === 'float16' && stored.length > 0;
  const bindings = program.bindings.map(
    ([name, access, type], i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name} : array<${type === 'activation' ? (half ? 'vec4h' : 'vec4f') : type}>;`,
  );
  const code = typeof program.code === 'function' ? program.code(subgroups) : program.code;
  return [
    ...(half ? ['enable f16;'] : []),
    ...(lanes ? ['enable subgroups;', 'var<private> lane : u32;'] : []),
    'struct Params {',
    ...program.params.map((field) => `  ${field} : u32,`),
    '}',
    '@group(0) @binding(0) var<uniform> params : Params;',
    ...bindings,
    `/** A word of a table that names nothing. */`,
    `const NONE = ${none}u;`,
    ...(half ? [toHalfFunction] : []),
    half
      ? halfActivations(
          code,
          stored.map(([name]) => name),
        )
      : code,
    `@compute @workgroup_size(${program.workgroupSize})`,
    'fn main(',
    '  @builtin(local_invocation_index) local : u32,',
    '  @builtin(workgroup_id) group : vec3u,',
    ...(lanes ? ['  @builtin(subgroup_invocation_id) place : u32,'] : []),
    ') {',
    ...(lanes ? ['  lane = place & 3u;'] : []),
    '  run(local, group);',
    '}',
  ].join('\n');
}
