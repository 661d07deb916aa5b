/** What precedes the numbers of an array in a file. */
export interface ArrayHeader {
  /** NumPy's type string: '|u1', '<i8', '<U12', '|O'. */
  dtype: string;
  shape: readonly number[];
  /** First index fastest. */
  fortranOrder: boolean;
}
