/**
 * Programs are written as if activations were `vec4f`. Where they are stored as half floats, each access to such a binding
 * is rewritten here: `inputs[i]` to `vec4f(inputs[i])`, `outputs[i] = value` to `outputs[i] = toHalf(value)`. So all
 * arithmetic stays in f32, and without half floats the code is what its author wrote.
 */
import { wgsl } from './wgsl.ts';

/** Largest finite half float. */
const largestHalf = 65504;

/** Declares `toHalf`, which saturates: an infinity would spread over the network. */
export const toHalfFunction = wgsl`
  fn toHalf(value : vec4f) -> vec4h {
    return vec4h(clamp(value, vec4f(-${largestHalf}.0), vec4f(${largestHalf}.0)));
  }
`;

/**
 * @param bindings names of the activations. Nothing else in the code may have such a name and be indexed.
 * @throws Error naming an access that is neither a load nor an assignment of a whole element.
 */
export function halfActivations(code: string, bindings: readonly string[]): string {
  if (bindings.length === 0) return code;
  const access = new RegExp(`(?<![\\w.])(?:${bindings.join('|')})(?=\\[)`);
  const rewrite = (text: string): string => {
    const found = access.exec(text);
    if (!found) return text;
    const [name] = found;
    const open = found.index + name.length;
    const close = closing(text, open);
    const element = `${name}[${rewrite(text.slice(open + 1, close))}]`;
    const before = text.slice(0, found.index);
    const rest = text.slice(close + 1);
    const assigned = /^\s*=(?!=)\s*/.exec(rest);
    if (assigned) {
      const from = assigned[0].length;
      const end = rest.indexOf(';');
      const value = rewrite(rest.slice(from, end));
      return `${before}${element} = toHalf(${value})${rewrite(rest.slice(end))}`;
    }
    // One lane is converted, not four.
    const lane = rest.startsWith('[')
      ? closing(rest, 0) + 1
      : (/^\.[xyzw]\b/.exec(rest)?.[0].length ?? 0);
    const after = rest.slice(lane);
    if (/&\s*$/.test(before) || /^\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)/.test(after))
      throw new Error(
        `half floats: '${name}' is neither loaded nor assigned as a whole: ${lineAt(text, found.index)}`,
      );
    const load = lane > 0 ? `f32(${element}${rewrite(rest.slice(0, lane))})` : `vec4f(${element})`;
    return `${before}${load}${rewrite(after)}`;
  };
  return rewrite(code);
}

/** Index of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if ('[('.includes(text[i]!)) depth++;
    if ('])'.includes(text[i]!) && --depth === 0) return i;
  }
  throw new Error(`half floats: a bracket is not closed: ${lineAt(text, open)}`);
}

const lineAt = (text: string, index: number): string =>
  text
    .slice(text.lastIndexOf('\n', index) + 1)
    .split('\n', 1)[0]!
    .trim();
