/** Remembers the last result: a chart redraws when its data is a new object, so unchanged inputs must give the old one. */
export function memoLast<A extends readonly unknown[], R>(
  compute: (...inputs: A) => R,
): (...inputs: A) => R {
  let last: { inputs: A; result: R } | null = null;
  return (...inputs) => {
    if (!last || inputs.some((input, i) => input !== last!.inputs[i]))
      last = { inputs, result: compute(...inputs) };
    return last.result;
  };
}
