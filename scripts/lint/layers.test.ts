/** Every file belongs to one project of tsconfig.layers.json, and the pure layers have no types of the DOM. */
import { execFileSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

function parse(path: string) {
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), undefined, path);
}

const projects = (parse(join(root, 'tsconfig.layers.json')).projectReferences ?? []).map(
  (reference) => {
    const path = ts.resolveProjectReferencePath(reference);
    return { name: relative(root, path), ...parse(path) };
  },
);

describe('projects of the layers', () => {
  it('contain every TypeScript file, each exactly once', () => {
    const owners = new Map<string, string[]>();
    for (const { name, fileNames } of projects)
      for (const file of fileNames) {
        const path = relative(root, file);
        owners.set(path, [...(owners.get(path) ?? []), name]);
      }
    const tracked = execFileSync(
      'git',
      ['ls-files', '--cached', '--others', '--exclude-standard'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    )
      .split('\n')
      .filter((path) => /\.tsx?$/.test(path) && ts.sys.fileExists(join(root, path)));
    expect(tracked.length).toBeGreaterThan(500);
    const wrong = tracked
      .map((path) => ({ path, owners: owners.get(path) ?? [] }))
      .filter(({ owners }) => owners.length !== 1);
    expect(wrong).toEqual([]);
  });

  it('have no types of DOM or Node in domain, kernels, engine, datasets, protocol and workers', () => {
    const pure = ['domain', 'kernels', 'engine', 'datasets', 'protocol']
      .map((layer) => `src/${layer}/tsconfig.json`)
      .concat('workers/tsconfig.json');
    for (const name of pure) {
      const project = projects.find((candidate) => candidate.name === name);
      expect(project, name).toBeDefined();
      expect(project!.options.lib, name).not.toContainEqual(expect.stringMatching(/lib\.dom\./));
      expect(project!.options.types, name).toEqual(['@webgpu/types']);
    }
  });
});
