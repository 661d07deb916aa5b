/** What stands for the step function in masks and gates (docs/algorithm.md, Forward; arXiv 2310.15074). */
import { wgsl } from './wgsl.ts';

/**
 * Declares `hardStep`, 1 above 0, and `stepSlope`, what stands for its derivative: 2 - 4|x| for |x| <= 0.4, 0.4 for |x| <= 1,
 * else 0; and `sigmoid`.
 */
export const stepFunctions = wgsl`
  fn hardStep(x : f32) -> f32 {
    return select(0.0, 1.0, x > 0.0);
  }
  fn stepSlope(x : f32) -> f32 {
    let distance = abs(x);
    return select(select(0.0, 0.4, distance <= 1.0), 2.0 - 4.0 * distance, distance <= 0.4);
  }
  fn sigmoid(x : f32) -> f32 {
    return 1.0 / (1.0 + exp(-x));
  }
`;
