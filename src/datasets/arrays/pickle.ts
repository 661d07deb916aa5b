/**
 * The pickles of CIFAR-10 and CIFAR-100 (Python's pickle protocols 0 to 4, as far as these files use them): dictionaries,
 * lists, tuples, numbers, strings, and NumPy arrays of numbers. Nothing is executed: a pickle may name any function of
 * Python, and the four that stand for arrays and bytes are recognized by name; any other opcode or name is refused.
 */
import { DatasetError } from '../dataset.ts';
import { latin1, viewOf } from '../files/bytes.ts';
import { Known, known, refused } from './pickle-names.ts';
import type { Pickled, PickledArray } from './pickled.ts';

/** An array or type whose state comes next. */
class Unfinished {
  array: PickledArray | null = null;
  dtype = '';
  constructor(readonly what: 'ndarray' | 'dtype') {}
}
const mark = Symbol('mark');
type Item = Pickled | Known | Unfinished | typeof mark;

const mostItems = 3e6;

/** Whether a file's first bytes can be a pickle of a dictionary. */
export const isPickle = (head: Uint8Array): boolean =>
  (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head.length > 3) ||
  /^(\(dp|\}q|\(d)/.test(latin1(head, 0, 3));

/** @throws DatasetError naming the file, the offset, and the opcode or name that is refused. */
export function readPickle(bytes: Uint8Array, name: string): Pickled {
  const view = viewOf(bytes);
  const stack: Item[] = [];
  const memo = new Map<number, Item>();
  let at = 0;
  let opcodeAt = 0;
  const wrong = (what: string) =>
    new DatasetError(
      `${name}: byte ${opcodeAt}: ${what}. Only the pickles of CIFAR-10 and CIFAR-100 are read, and nothing in them is executed.`,
    );
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length)
      throw wrong(`expected ${length} more bytes, found the end: the file is cut off`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (length: 1 | 2 | 4): number => {
    const part = viewOf(take(length));
    return length === 1
      ? part.getUint8(0)
      : length === 2
        ? part.getUint16(0, true)
        : part.getUint32(0, true);
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > 4096) throw wrong('expected a line, found none');
    const text = latin1(bytes, at, end);
    at = end + 1;
    return text;
  };
  const pop = (): Item => {
    const item = stack.pop();
    if (item === undefined || item === mark) throw wrong('expected a value before this opcode');
    return item;
  };
  const value = (): Pickled => asValue(pop());
  const asValue = (item: Item): Pickled => {
    if (item instanceof Unfinished && item.array) return item.array;
    if (item instanceof Known || item instanceof Unfinished || item === mark)
      throw wrong('expected a value, found a name of Python');
    return item;
  };
  const sinceMark = (): Item[] => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) throw wrong('expected a mark before this opcode');
    const items = stack.splice(from);
    return items.slice(1);
  };
  const top = (): Item => {
    const item = pop();
    stack.push(item);
    return item;
  };
  const setItems = (items: Item[]): void => {
    const target = top();
    if (!(target instanceof Map) || items.length % 2 !== 0) throw wrong('expected a dictionary');
    for (let i = 0; i < items.length; i += 2)
      target.set(asValue(items[i]!), asValue(items[i + 1]!));
  };
  const append = (items: Item[]): void => {
    const target = top();
    if (!Array.isArray(target)) throw wrong('expected a list');
    for (const item of items) target.push(asValue(item));
  };
  const global = (path: string): Known => {
    const found = Object.hasOwn(known, path) ? known[path] : undefined;
    if (!found) throw wrong(`the name '${path.replace(' ', '.')}' is refused`);
    return found;
  };
  const text = (part: Uint8Array) => new TextDecoder().decode(part);
  const call = (callee: Item, args: Item): Item => {
    if (!(callee instanceof Known) || !Array.isArray(args)) throw wrong('a call is refused');
    if (callee.what === 'encode' && args[1] === 'latin1' && typeof args[0] === 'string')
      return Uint8Array.from(args[0], (character) => character.codePointAt(0)!);
    if (callee.what === 'reconstruct') return new Unfinished('ndarray');
    if (callee.what === 'dtype') {
      const [kind] = args;
      const unfinished = new Unfinished('dtype');
      unfinished.dtype = kind instanceof Uint8Array ? latin1(kind) : String(kind);
      return unfinished;
    }
    throw wrong(`a call of ${callee.what} is refused`);
  };
  const build = (target: Item, state: Item): void => {
    if (!(target instanceof Unfinished) || !Array.isArray(state)) throw wrong('BUILD is refused');
    if (target.what === 'dtype') {
      const order = state[1] instanceof Uint8Array ? latin1(state[1]) : String(state[1]);
      target.dtype = `${/^[<>|=]$/.test(order) ? order : '|'}${target.dtype}`;
      return;
    }
    const [, shape, dtype, fortran, data] = state as Item[];
    const isShape = Array.isArray(shape) && shape.every((size) => typeof size === 'number');
    if (!isShape || !(dtype instanceof Unfinished) || dtype.what !== 'dtype')
      throw wrong('expected the state of a NumPy array');
    const values =
      typeof data === 'string'
        ? Uint8Array.from(data, (character) => character.codePointAt(0)!)
        : data;
    const isObjects = /O\d*$/.test(dtype.dtype) && Array.isArray(values);
    if (!isObjects && !(values instanceof Uint8Array))
      throw wrong('expected the bytes of a NumPy array');
    target.array = {
      dtype: dtype.dtype,
      shape: shape as number[],
      fortranOrder: fortran === true || fortran === 1,
      values: values instanceof Uint8Array ? values : new Uint8Array(0),
      items: isObjects ? (values as Item[]).map(asValue) : null,
    };
  };
  const lastItems = (count: number): Item[] => {
    const items: Item[] = Array.from({ length: count }, pop);
    return items.reverse();
  };
  const tuple = (items: Item[]) => stack.push(items as Pickled[]);
  const steps: Record<string, () => void> = {
    '\x80': () => void take(1),
    '\x95': () => void take(8),
    '}': () => stack.push(new Map()),
    ']': () => stack.push([]),
    ')': () => tuple([]),
    '(': () => stack.push(mark),
    d: () => {
      const items = sinceMark();
      stack.push(new Map());
      setItems(items);
    },
    l: () => tuple(sinceMark()),
    t: () => tuple(sinceMark()),
    '\x85': () => tuple([pop()]),
    '\x86': () => tuple(lastItems(2)),
    '\x87': () => tuple(lastItems(3)),
    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    K: () => stack.push(number(1)),
    M: () => stack.push(number(2)),
    J: () => stack.push(number(4) | 0),
    I: () => {
      const digits = line();
      if (!/^-?\d+$/.test(digits)) throw wrong('expected a whole number');
      stack.push(digits === '01' ? true : digits === '00' ? false : Number(digits));
    },
    L: () => stack.push(Number(line().replace(/L$/, ''))),
    S: () => stack.push(Uint8Array.from(unquoted(line(), wrong), (c) => c.charCodeAt(0))),
    V: () => stack.push(line()),
    U: () => stack.push(take(number(1))),
    T: () => stack.push(take(number(4))),
    C: () => stack.push(take(number(1))),
    B: () => stack.push(take(number(4))),
    '\x8e': () => {
      const length = number(4);
      if (number(4) !== 0) throw wrong('expected fewer bytes than 4 GiB');
      stack.push(take(length));
    },
    X: () => stack.push(text(take(number(4)))),
    '\x8c': () => stack.push(text(take(number(1)))),
    c: () => stack.push(global(`${line()} ${line()}`)),
    '\x93': () => {
      const [name, module] = [value(), value()];
      stack.push(global(`${String(module)} ${String(name)}`));
    },
    q: () => void memo.set(number(1), top()),
    r: () => void memo.set(number(4), top()),
    p: () => void memo.set(Number(line()), top()),
    '\x94': () => void memo.set(memo.size, top()),
    h: () => recall(number(1)),
    j: () => recall(number(4)),
    g: () => recall(Number(line())),
    R: () => {
      const args = pop();
      stack.push(call(pop(), args));
    },
    b: () => {
      const state = pop();
      build(top(), state);
    },
    s: () => {
      const item = pop();
      setItems([pop(), item]);
    },
    u: () => setItems(sinceMark()),
    a: () => append([pop()]),
    e: () => append(sinceMark()),
  };
  function recall(index: number): void {
    const item = memo.get(index);
    if (item === undefined) throw wrong(`there is no value ${index} to recall`);
    stack.push(item);
  }
  for (let count = 0; at < bytes.length; count++) {
    opcodeAt = at;
    const opcode = String.fromCharCode(view.getUint8(at++));
    if (opcode === '.') {
      const result = value();
      if (stack.length > 0) throw wrong('expected one value, found more');
      return result;
    }
    const step = Object.hasOwn(steps, opcode) ? steps[opcode] : undefined;
    if (!step)
      throw wrong(
        `the opcode ${refused[opcode] ?? `0x${opcode.charCodeAt(0).toString(16).padStart(2, '0')}`} is refused`,
      );
    if (count > mostItems || stack.length > mostItems) throw wrong('expected fewer values');
    step();
  }
  throw wrong('expected STOP, found the end: the file is cut off');
}

function unquoted(line: string, wrong: (what: string) => DatasetError): string {
  const [, , inside] = /^(['"])(.*)\1$/s.exec(line) ?? [];
  if (inside === undefined) throw wrong('expected a string in quotes');
  return inside.replace(/\\(x[0-9a-f]{2}|.)/g, (_, code: string) =>
    code.length === 3
      ? String.fromCharCode(parseInt(code.slice(1), 16))
      : ({ n: '\n', r: '\r', t: '\t' }[code] ?? code),
  );
}
