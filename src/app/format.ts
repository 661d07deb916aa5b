/** Numbers as people read them. One place, so that the same quantity looks the same everywhere. */
import { dateLocale, formOf, locale, nouns } from './copy.ts';
import type { Noun } from './copy.ts';

export { granularityNames } from './copy.ts';

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

export const integer = (n: number): string => whole.format(n);

/** 950, 12.4 K, 3.21 M, 2.25 G */
export function compact(n: number): string {
  if (Math.abs(n) < 1_000) return String(Math.round(n));
  const size = Math.abs(n);
  const [value, unit] =
    size < 999_500 ? [n / 1e3, 'K'] : size < 999.5e6 ? [n / 1e6, 'M'] : [n / 1e9, 'G'];
  return `${trim(value.toPrecision(3))} ${unit}`;
}

/** A share as 41% or 4.1%; never 0% of something that is there, nor 100% where something is gone. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return '<0.1%';
  if (value < 100 && value > 99.9) return '>99.9%';
  return `${value < 10 && value > 0 ? trim(value.toFixed(1)) : value > 99.5 && value < 100 ? value.toFixed(1) : Math.round(value)}%`;
}

/** Accuracy to a tenth of a percent. */
export const accuracy = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** A number with its noun, in the form that the language has for it. */
export const plural = (n: number, noun: Noun): string => `${integer(n)} ${formOf(n, nouns[noun])}`;

/** A day and a time of it. @param time milliseconds since 1970. */
export const moment = (time: number): string =>
  new Date(time).toLocaleString(dateLocale, { dateStyle: 'medium', timeStyle: 'short' });

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let value = n;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** `bytes` without zeros behind the point: for ticks. */
export const roundBytes = (n: number): string =>
  bytes(n)
    .replace(/(\.\d*?)0+ /, '$1 ')
    .replace('. ', ' ');

/** 45 s, 3 min 20 s, 2 h 5 min */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 && minutes < 10 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

/** 40 s to 3 min; one of them where both read the same. */
export function durationRange(least: number, most: number): string {
  const [from, to] = [duration(roughly(least)), duration(roughly(most))];
  return from === to ? to : `${from} to ${to}`;
}

/** To two digits or so: an estimate knows no more. */
function roughly(milliseconds: number): number {
  const step = milliseconds < 60_000 ? 5_000 : milliseconds < 600_000 ? 30_000 : 60_000;
  return Math.ceil(milliseconds / step) * step;
}

/** 2:05, 1:02:05 */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function milliseconds(n: number): string {
  if (n >= 10_000) return `${(n / 1000).toFixed(1)} s`;
  return `${n < 10 ? n.toFixed(2) : n < 100 ? n.toFixed(1) : Math.round(n)} ms`;
}

/** Four significant digits, without a tail of zeros: losses, thresholds. */
export function decimal(n: number): string {
  if (n === 0) return '0';
  const size = Math.abs(n);
  // Of 12,345 `toPrecision` would write an exponent.
  if (size >= 1e3 && size < 1e5) return integer(n);
  return size < 1e-3 || size >= 1e5
    ? n.toExponential(1).replace('e-', 'e\u2212').replace('e+', 'e')
    : trim(n.toPrecision(size < 1 ? 3 : 4));
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Bytes of a data set that have arrived; `total` 0 = unknown. */
export const loadingText = ({ loaded, total }: { loaded: number; total: number }): string =>
  `Loading the data set: ${bytes(loaded)}${total ? ` of ${bytes(total)}` : ''}`;
