/**
 * Rows of the tables that drive the programs. A row is described once, by named fields; the description yields the packer
 * that the recorder uses and the struct and reader that WGSL uses, so that no offset is written anywhere.
 *
 * All tables of a network lie in one buffer of u32 words, `tables` in WGSL; a table is named by its first word.
 */

/** Type of a field in WGSL. `f32` is stored as its bits, `bool` as 0 or 1, `vec4u` as four words. */
export type FieldType = 'u32' | 'i32' | 'f32' | 'bool' | 'vec4u';

interface FieldValue {
  readonly u32: number;
  readonly i32: number;
  readonly f32: number;
  readonly bool: boolean;
  readonly vec4u: readonly number[];
}

export type RowFields = Readonly<Record<string, FieldType>>;
export type RowValues<F extends RowFields> = { readonly [K in keyof F]: FieldValue[F[K]] };

export interface Row<F extends RowFields> {
  /** Name of the struct in WGSL. */
  readonly name: string;
  /** u32 words of a row. */
  readonly words: number;
  /** Declares the struct, `<name>Words`, and `read<name>(table, index)`. */
  readonly wgsl: string;
  /** Words of a row. @throws RangeError naming row and field where a value does not fit its type. */
  readonly pack: (values: RowValues<F>) => number[];
}

const wordsOf = (type: FieldType): number => (type === 'vec4u' ? 4 : 1);

const bits = new DataView(new ArrayBuffer(4));

function encode(type: FieldType, value: unknown, words: number[]): boolean {
  switch (type) {
    case 'bool':
      words.push(value ? 1 : 0);
      return typeof value === 'boolean';
    case 'f32':
      bits.setFloat32(0, value as number);
      words.push(bits.getUint32(0));
      return Number.isFinite(value);
    case 'i32':
      words.push((value as number) >>> 0);
      return value === ((value as number) | 0);
    case 'u32':
      words.push(value as number);
      return value === (value as number) >>> 0;
    case 'vec4u': {
      const four = value as readonly number[];
      for (const word of four) words.push(word);
      return four.length === 4 && four.every((word) => word === word >>> 0);
    }
  }
}

function decode(type: FieldType, at: number): string {
  const word = (i: number): string => (i === 0 ? 'tables[at]' : `tables[at + ${i}u]`);
  switch (type) {
    case 'bool':
      return `${word(at)} != 0u`;
    case 'f32':
      return `bitcast<f32>(${word(at)})`;
    case 'i32':
      return `i32(${word(at)})`;
    case 'u32':
      return word(at);
    case 'vec4u':
      return `vec4u(${[0, 1, 2, 3].map((i) => word(at + i)).join(', ')})`;
  }
}

/** @param name of the struct in WGSL, unique in a program. */
export function row<const F extends RowFields>(name: string, fields: F): Row<F> {
  const entries = Object.entries(fields);
  let words = 0;
  const reads = entries.map(([, type]) => {
    const read = decode(type, words);
    words += wordsOf(type);
    return read;
  });
  return {
    name,
    words,
    wgsl: [
      `struct ${name} {`,
      ...entries.map(([field, type]) => `  ${field} : ${type},`),
      '}',
      `const ${name}Words = ${words}u;`,
      `fn read${name}(table : u32, index : u32) -> ${name} {`,
      `  let at = table + index * ${name}Words;`,
      `  return ${name}(`,
      ...reads.map((read) => `    ${read},`),
      '  );',
      '}',
    ].join('\n'),
    pack: (values) => {
      const packed: number[] = [];
      for (const [field, type] of entries) {
        if (!encode(type, values[field], packed))
          throw new RangeError(`${name}.${field} is ${String(values[field])}: no ${type}`);
      }
      return packed;
    },
  };
}
