/** What the programs of batch norm share. */
import { wgsl } from '../wgsl.ts';

export const epsilon = 1e-5;

/**
 * Declares `reducePair`, which sums two vec4 over a workgroup of `threads`: some invocations add a few shares each, then
 * every one adds what they have.
 */
export function reducePairFunction(threads: number): string {
  const adders = threads >= 64 ? 8 : 4;
  return wgsl`
    var<workgroup> firstShares : array<vec4f, ${threads}>;
    var<workgroup> secondShares : array<vec4f, ${threads}>;
    fn reducePair(local : u32, first : vec4f, second : vec4f) -> array<vec4f, 2> {
      firstShares[local] = first;
      secondShares[local] = second;
      workgroupBarrier();
      if (local < ${adders}u) {
        var firstSum = vec4f();
        var secondSum = vec4f();
        for (var i = local; i < ${threads}u; i += ${adders}u) {
          firstSum += firstShares[i];
          secondSum += secondShares[i];
        }
        firstShares[local] = firstSum;
        secondShares[local] = secondSum;
      }
      workgroupBarrier();
      var firstTotal = vec4f();
      var secondTotal = vec4f();
      for (var i = 0u; i < ${adders}u; i++) {
        firstTotal += firstShares[i];
        secondTotal += secondShares[i];
      }
      return array<vec4f, 2>(firstTotal, secondTotal);
    }
  `;
}
