/** What the stores of runs and of comparisons have in common for the user: a bin, and a database that another tab may upgrade. */

/** Milliseconds for which something deleted can be taken back, by this tab or another. */
export const binTime = 10 * 60_000;

/** Why nothing is stored any more once another tab has upgraded the database. */
export const outdated = 'a newer version of the lab was opened in another tab; reload this one';
