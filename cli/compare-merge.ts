/** `npm run compare -- --merge DIR...`: one comparison out of the results of its shards. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { comparisonCsv, parseComparison } from '../src/engine/baselines/results.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import { mergeComparisons } from '../src/engine/baselines/shard.ts';
import type { Merged, Part } from '../src/engine/baselines/shard.ts';
import { UsageError } from './search-options.ts';
import { writeWhole } from './write-whole.ts';

const results = 'results.json';

/**
 * @param folders of shards, or folders that hold them.
 * @throws UsageError, ComparisonError naming the folder.
 */
export function mergeFolders(folders: readonly string[], out: string): Merged {
  const parts = folders.flatMap(shardsIn);
  const merged = mergeComparisons(parts);
  mkdirSync(join(out, 'runs'), { recursive: true });
  for (const { name } of parts) {
    const found = join(name, 'runs');
    if (existsSync(found) && name !== out) cpSync(found, join(out, 'runs'), { recursive: true });
  }
  writeResults(out, merged.comparison);
  return merged;
}

export function writeResults(out: string, comparison: Comparison): void {
  writeWhole(join(out, results), `${JSON.stringify(comparison, null, 1)}\n`);
  writeWhole(join(out, 'results.csv'), comparisonCsv(comparison));
}

function shardsIn(folder: string): Part[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`${folder} is not a folder: pass the folders that --shard wrote.`);
  const shards = readdirSync(folder)
    .filter((name) => /^shard-\d+-of-\d+$/.test(name))
    .map((name) => join(folder, name));
  const own = [folder, ...shards].filter((name) => existsSync(join(name, results)));
  // Where shards lie, a merged result beside them is an earlier one.
  const parts = shards.length > 0 ? own.filter((name) => name !== folder) : own;
  if (parts.length === 0)
    throw new UsageError(`${folder} has no ${results}: none of its runs has finished yet.`);
  return parts.map((name) => ({
    name,
    comparison: parseComparison(readFileSync(join(name, results), 'utf8')),
  }));
}
