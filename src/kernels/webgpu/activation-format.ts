/** How activations and their gradients lie in memory. */
export const activationFormats = ['float32', 'float16'] as const;
export type ActivationFormat = (typeof activationFormats)[number];

/** Bytes of one number of an activation. */
export const bytesOfActivation = (format: ActivationFormat): 2 | 4 =>
  format === 'float16' ? 2 : 4;
