/** A number as the bits of an f32: parameters of programs are u32. */
export const floatBits = (value: number): number =>
  new Uint32Array(Float32Array.of(value).buffer)[0]!;
