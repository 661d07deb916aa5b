/** What a device without half floats is refused with: a sentence on the setting and the remedy. */
export const noHalfFloats =
  'Half floats: this device cannot store them (it needs WebGPU with shader-f16). Turn off the setting halfFloats, or choose another device.';
