/** Which depthwise programs a super-net needs: those of all operations in use, so that compaction changes no pipeline. */
import type { DepthwiseClass } from '../../../kernels/webgpu/depthwise/window.ts';
import { factsOf } from '../../../domain/operations/facts.ts';
import type { Operation } from '../../../domain/operations/operation.ts';

/** The programs' columns step by the dilation; workgroups are counted for this much. */
export const largestDilation = 2;

/** Convolution blocks that the recording chains behind one another. */
const largestDepth = 2;

/**
 * By kernel, at stride 2 by dilation too: at stride 1 a table row has the dilation.
 * @param level 1: the first blocks of the operations, 2: the second.
 */
export function depthwiseClasses(
  operations: readonly Operation[],
  level: 1 | 2,
  stride: 1 | 2,
): DepthwiseClass[] {
  const classes = new Map<string, DepthwiseClass>();
  for (const operation of operations) {
    const block = factsOf(operation, stride).blocks.at(level - 1);
    if (!block) continue;
    const dilation = stride === 1 ? 1 : block.dilation;
    classes.set(`${dilation} ${block.kernel}`, { kernel: block.kernel, dilation });
  }
  return [...classes.values()].sort((a, b) => a.dilation - b.dilation || a.kernel - b.kernel);
}

/** @throws RangeError naming an operation that the programs do not compute: it would be left out silently. */
export function checkSupported(operations: readonly Operation[]): void {
  for (const operation of operations) {
    const refuse = (what: string): never => {
      throw new RangeError(
        `space.operations: ${operation.name} has ${what}, which the own WebGPU programs do not compute: leave it out, or choose the CPU or WebGL, in a shell --kernels composed`,
      );
    };
    for (const stride of [1, 2] as const) {
      const { blocks } = factsOf(operation, stride);
      if (blocks.length > largestDepth) refuse(`${blocks.length} convolution blocks`);
      blocks.forEach((block, b) => {
        const size = `${block.kernel}x${block.kernel}`;
        if (block.kernel % 2 === 0) refuse(`a kernel of ${size}`);
        if (block.dilation > largestDilation) refuse(`a dilation of ${block.dilation}`);
        if (block.stride !== (b === 0 ? stride : 1)) refuse(`stride ${block.stride} in block ${b}`);
      });
    }
  }
}
