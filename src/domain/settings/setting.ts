/** What schemas of settings are made of. */
import * as v from 'valibot';

export const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
export const nonNegativeInteger = v.pipe(v.number(), v.integer(), v.minValue(0));
export const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
export const fraction = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1));

/** A setting: what it may be, its label, its meaning in a sentence, its unit. */
export const setting = <S extends v.GenericSchema>(
  schema: S,
  label: string,
  help: string,
  unit = '',
) => v.pipe(schema, v.title(label), v.description(help), v.metadata({ unit }));
