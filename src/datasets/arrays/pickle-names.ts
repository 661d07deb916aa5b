/** The names of Python that a pickle may speak here, and the opcodes that are refused. */

/** What takes arguments: the only names that a pickle may speak. */
export class Known {
  constructor(readonly what: 'encode' | 'reconstruct' | 'ndarray' | 'dtype') {}
}
export const known: Readonly<Record<string, Known>> = {
  '_codecs encode': new Known('encode'),
  'numpy.core.multiarray _reconstruct': new Known('reconstruct'),
  'numpy._core.multiarray _reconstruct': new Known('reconstruct'),
  'numpy ndarray': new Known('ndarray'),
  'numpy dtype': new Known('dtype'),
};

/** Names of opcodes that are refused, as Python's `pickletools` has them. */
export const refused: Readonly<Record<string, string>> = {
  i: 'INST',
  o: 'OBJ',
  '\x81': 'NEWOBJ',
  '\x92': 'NEWOBJ_EX',
  P: 'PERSID',
  Q: 'BINPERSID',
  '\x82': 'EXT1',
  '\x83': 'EXT2',
  '\x84': 'EXT4',
  '\x97': 'NEXT_BUFFER',
  '\x98': 'READONLY_BUFFER',
  '\x8f': 'EMPTY_SET',
  '\x90': 'ADDITEMS',
  '\x91': 'FROZENSET',
  '0': 'POP',
  '1': 'POP_MARK',
  '2': 'DUP',
};
