/**
 * The pickle in a file that torch.save wrote, as values: a few instructions and three names (a tensor, a storage type, an
 * ordered dict).
 * Over 250 lines: every instruction that is known stands here.
 */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';

export interface TorchTensor {
  readonly kind: 'tensor';
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array;
}

export type TorchValue =
  | TorchTensor
  | { readonly kind: 'list'; readonly items: TorchValue[] }
  | { readonly kind: 'dict'; readonly entries: [TorchValue, TorchValue][] }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null };

const mostInstructions = 2_000_000;
const mostElements = 64_000_000;

type Reader = (view: DataView, at: number) => number;
const storages: Readonly<Record<string, readonly [bytes: number, read: Reader]>> = {
  FloatStorage: [4, (view, at) => view.getFloat32(at, true)],
  DoubleStorage: [8, (view, at) => view.getFloat64(at, true)],
  LongStorage: [8, (view, at) => Number(view.getBigInt64(at, true))],
  IntStorage: [4, (view, at) => view.getInt32(at, true)],
  ShortStorage: [2, (view, at) => view.getInt16(at, true)],
  CharStorage: [1, (view, at) => view.getInt8(at)],
  ByteStorage: [1, (view, at) => view.getUint8(at)],
  BoolStorage: [1, (view, at) => view.getUint8(at)],
};

/** What lies on the stack besides values. */
type Entry =
  | TorchValue
  | { readonly kind: 'mark' }
  | { readonly kind: 'tuple'; readonly items: readonly Entry[] }
  | { readonly kind: 'global'; readonly name: string }
  | {
      readonly kind: 'storage';
      readonly type: string;
      readonly key: string;
      readonly size: number;
    };

const allowed: ReadonlySet<string> = new Set([
  'torch._utils._rebuild_tensor_v2',
  'collections.OrderedDict',
  ...Object.keys(storages).map((name) => `torch.${name}`),
]);

export class Unpickler {
  private at = 0;
  private readonly view: DataView;
  private readonly stack: Entry[] = [];
  private readonly memo = new Map<number, Entry>();
  private elements = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly data: (key: string) => Uint8Array | undefined,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): TorchValue {
    for (let steps = 0; steps < mostInstructions; steps++) {
      if (this.byte() !== 0x2e) {
        this.at--;
        this.perform(this.byte());
        continue;
      }
      return this.value(this.pop());
    }
    throw new ArchitectureError('data.pkl: it is too long');
  }

  private perform(code: number): void {
    switch (String.fromCharCode(code)) {
      case '\x80':
        if (this.byte() > 4) throw this.wrong('its pickle protocol is newer than 4');
        return;
      case '\x95':
        this.skip(8);
        return;
      case ']':
        return this.push({ kind: 'list', items: [] });
      case '}':
        return this.push({ kind: 'dict', entries: [] });
      case ')':
        return this.push({ kind: 'tuple', items: [] });
      case '(':
        return this.push({ kind: 'mark' });
      case 't':
        return this.push({ kind: 'tuple', items: this.sinceMark() });
      case '\x85':
      case '\x86':
      case '\x87':
        return this.push({ kind: 'tuple', items: this.last(code - 0x84) });
      case 'N':
        return this.scalar(null);
      case '\x88':
        return this.scalar(true);
      case '\x89':
        return this.scalar(false);
      case 'K':
        return this.scalar(this.byte());
      case 'M':
        return this.scalar(this.number(2, (at) => this.view.getUint16(at, true)));
      case 'J':
        return this.scalar(this.number(4, (at) => this.view.getInt32(at, true)));
      case '\x8a':
        return this.long();
      case 'G':
        return this.scalar(this.number(8, (at) => this.view.getFloat64(at, false)));
      case 'X':
        return this.scalar(this.text(this.number(4, (at) => this.view.getUint32(at, true))));
      case '\x8c':
        return this.scalar(this.text(this.byte()));
      case 'q':
        return void this.memo.set(this.byte(), this.top());
      case 'r':
        return void this.memo.set(
          this.number(4, (at) => this.view.getUint32(at, true)),
          this.top(),
        );
      case '\x94':
        return void this.memo.set(this.memo.size, this.top());
      case 'h':
        return this.recall(this.byte());
      case 'j':
        return this.recall(this.number(4, (at) => this.view.getUint32(at, true)));
      case 'a':
        return this.append(this.last(1));
      case 'e':
        return this.append(this.sinceMark());
      case 's':
        return this.setItems(this.last(2));
      case 'u':
        return this.setItems(this.sinceMark());
      case 'c':
        return this.global(`${this.line()}.${this.line()}`);
      case '\x93': {
        const [module, name] = this.last(2).map((entry) => this.string(entry));
        return this.global(`${module}.${name}`);
      }
      case 'Q':
        return this.push(this.storage(this.pop()));
      case 'R':
        return this.reduce();
      default:
        throw this.wrong(
          `the instruction 0x${code.toString(16).padStart(2, '0')} is not read: only lists of tensors are`,
        );
    }
  }

  private global(name: string): void {
    if (!allowed.has(name))
      throw this.wrong(
        `it asks for ${name.replace(/[^\w.]/g, '?').slice(0, 80)}, which is not executed: only lists of tensors are read`,
      );
    this.push({ kind: 'global', name });
  }

  private reduce(): void {
    const [callee, given] = this.last(2);
    if (callee!.kind !== 'global' || given!.kind !== 'tuple')
      throw this.wrong('a call of no function');
    if (callee!.name === 'collections.OrderedDict') {
      if (given!.items.length > 0) throw this.wrong('a dict with arguments');
      return this.push({ kind: 'dict', entries: [] });
    }
    if (callee!.name !== 'torch._utils._rebuild_tensor_v2')
      throw this.wrong(`a call of ${callee!.name}`);
    this.push(this.tensor(given!.items));
  }

  /** ('storage', type, key, device, elements) */
  private storage(id: Entry): Entry {
    const [tag, type, key, , size] = id.kind === 'tuple' ? id.items : [];
    if (!tag || this.string(tag) !== 'storage' || type?.kind !== 'global')
      throw this.wrong('a storage expected');
    const elements = this.whole(size);
    const name = type.name.replace(/^torch\./, '');
    if (!(name in storages)) throw this.wrong(`${type.name} is not a storage`);
    return { kind: 'storage', type: name, key: this.string(key), size: elements };
  }

  /** (storage, offset, shape, stride, requires gradient, hooks) */
  private tensor([from, start, size, steps]: readonly Entry[]): TorchTensor {
    if (from?.kind !== 'storage') throw this.wrong('a tensor without a storage');
    const offset = this.whole(start);
    const [shape, stride] = [size, steps].map((entry) =>
      entry?.kind === 'tuple' ? entry.items.map((item) => this.whole(item)) : null,
    );
    if (!shape || !stride || shape.length !== stride.length || shape.length > 8)
      throw this.wrong('a tensor without shape or strides');
    const count = shape.reduce((a, b) => a * b, 1);
    this.elements += count;
    if (!(this.elements <= mostElements)) throw this.wrong('its tensors are too large');
    const [bytes, read] = storages[from.type]!;
    const data = this.data(from.key);
    if (!data || data.byteLength !== from.size * bytes)
      throw this.wrong(
        `data/${from.key.slice(0, 40)} ${data ? `has ${data.byteLength} bytes, not ${from.size * bytes}` : 'is missing'}`,
      );
    const furthest = shape.reduce(
      (sum, length, axis) => sum + (length - 1) * stride[axis]!,
      offset,
    );
    if (count > 0 && furthest >= from.size)
      throw this.wrong(`a tensor reaches beyond data/${from.key.slice(0, 40)}`);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const values = Float64Array.from({ length: count }, (_, i) => {
      let [rest, at] = [i, offset];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += (rest % shape[axis]!) * stride[axis]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      return read(view, at * bytes);
    });
    return { kind: 'tensor', shape, values };
  }

  private append(items: readonly Entry[]): void {
    const list = this.top();
    if (list.kind !== 'list')
      throw this.wrong('something is appended to a value that is not a list');
    for (const item of items) list.items.push(this.value(item));
  }

  private setItems(items: readonly Entry[]): void {
    const dict = this.top();
    if (dict.kind !== 'dict' || items.length % 2 === 1)
      throw this.wrong('something is set in a value that is not a dict');
    for (let i = 0; i < items.length; i += 2)
      dict.entries.push([this.value(items[i]!), this.value(items[i + 1]!)]);
  }

  private value(entry: Entry): TorchValue {
    if (entry.kind === 'tuple')
      return { kind: 'list', items: entry.items.map((item) => this.value(item)) };
    if (entry.kind === 'mark' || entry.kind === 'global' || entry.kind === 'storage')
      throw this.wrong(`a ${entry.kind} is not a value`);
    return entry;
  }

  private long(): void {
    const length = this.byte();
    if (length > 8) throw this.wrong('a number of more than 8 bytes');
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.byte()) << BigInt(8 * i);
    this.scalar(Number(BigInt.asIntN(8 * length, value)));
  }

  private scalar(value: string | number | boolean | null): void {
    this.push({ kind: 'scalar', value });
  }

  private recall(key: number): void {
    const entry = this.memo.get(key);
    if (!entry) throw this.wrong(`nothing is stored under ${key}`);
    this.push(entry);
  }

  private string(entry: Entry | undefined): string {
    if (entry?.kind !== 'scalar' || typeof entry.value !== 'string')
      throw this.wrong('a text expected');
    return entry.value;
  }

  private whole(entry: Entry | undefined): number {
    if (
      entry?.kind !== 'scalar' ||
      typeof entry.value !== 'number' ||
      !Number.isInteger(entry.value) ||
      entry.value < 0 ||
      entry.value > 2 ** 31
    )
      throw this.wrong('a whole number expected');
    return entry.value;
  }

  private push(entry: Entry): void {
    this.stack.push(entry);
  }

  private pop(): Entry {
    const entry = this.stack.pop();
    if (!entry) throw this.wrong('it takes more values than it has put');
    return entry;
  }

  private top(): Entry {
    const entry = this.stack.at(-1);
    if (!entry) throw this.wrong('it takes more values than it has put');
    return entry;
  }

  private last(count: number): Entry[] {
    if (this.stack.length < count) throw this.wrong('it takes more values than it has put');
    return this.stack.splice(-count);
  }

  private sinceMark(): Entry[] {
    const mark = this.stack.findLastIndex(({ kind }) => kind === 'mark');
    if (mark < 0) throw this.wrong('there is no mark');
    return this.stack.splice(mark).slice(1);
  }

  private byte(): number {
    return this.number(1, (at) => this.view.getUint8(at));
  }

  private number(size: number, read: (at: number) => number): number {
    const at = this.at;
    this.skip(size);
    return read(at);
  }

  private skip(size: number): void {
    if (this.at + size > this.bytes.length)
      throw this.wrong('it ends too early: the file is truncated');
    this.at += size;
  }

  private text(length: number): string {
    const at = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at > 200) throw this.wrong('a name that does not end');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  private wrong(reason: string): ArchitectureError {
    return new ArchitectureError(`data.pkl, byte ${this.at}: ${reason}`);
  }
}
