/** The hyper-parameters of a step: one buffer of f32, written before each step. */
const fields = [
  'lambda', 'mu', 'momentum', 'decay', 'clipNorm', 'sizeFirst', 'sizeLast', 'ring',
  'rateWeight', 'rateAlpha', 'rateGate', 'rateThreshold', 'rateFilterThreshold',
  'rateWeightThreshold',
  'modeWeight', 'modeAlpha', 'modeGate', 'modeThreshold', 'modeWeightThreshold',
] as const; // prettier-ignore
export type HyperField = (typeof fields)[number];

export const hyperBytes = fields.length * 4;

export const packHyper = (values: Readonly<Record<HyperField, number>>): Float32Array =>
  Float32Array.from(fields, (field) => values[field]);

/** WGSL of one of them. */
export const hyper = (field: HyperField): string => `hyper[${fields.indexOf(field)}u]`;
