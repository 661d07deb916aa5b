import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLavapipe, isNewEnough } from '../scripts/lavapipe.mjs';
import { checkAdapter, chooseDriver, compilesAtFirstRun } from './adapters.ts';

const variables = [
  ...['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'MGAS_ADAPTER', 'XDG_CACHE_HOME'],
  ...['LP_NATIVE_VECTOR_WIDTH', 'MESA_SHADER_CACHE_DISABLE'],
];
const before = variables.map((name) => process.env[name]);
let folder = '';
beforeEach(() => {
  for (const name of variables) delete process.env[name];
  folder = mkdtempSync(join(tmpdir(), 'mgas-adapters-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  variables.forEach((name, i) => {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  });
});

const describeDriver = (path: string, version: string): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify({ ICD: { api_version: version, library_path: 'x.so' } }));
};

describe('the lavapipe that is found', () => {
  it.each([
    ['1.3.230', false], // Mesa 22.3, Debian 12
    ['1.3.273', false],
    ['1.3.274', true],
    ['1.4.305', true], // Mesa 25.0
    ['2.0', true],
    ['', false],
  ])('Vulkan %s: new enough %s', (version, enough) => {
    expect(isNewEnough({ ICD: { api_version: version } })).toBe(enough);
  });

  it('is the first that is new enough; broken descriptions are ignored', () => {
    describeDriver(join(folder, 'old/lvp_icd.x86_64.json'), '1.3.230');
    describeDriver(join(folder, 'new/lvp_icd.json'), '1.4.305');
    describeDriver(join(folder, 'new/radeon_icd.json'), '1.4.305');
    mkdirSync(join(folder, 'broken'));
    writeFileSync(join(folder, 'broken/lvp_icd.json'), '{');
    const folders = ['old', 'broken', 'absent', 'new'].map((name) => join(folder, name));
    expect(findLavapipe(folders)).toBe(join(folder, 'new/lvp_icd.json'));
    expect(findLavapipe(folders.slice(0, 3))).toBeNull();
  });
});

describe.runIf(process.platform === 'linux')('the driver', () => {
  it('is the one at the given path', () => {
    const path = join(folder, 'some_icd.json');
    describeDriver(path, '1.3.0');
    process.env.VK_DRIVER_FILES = '/other.json';
    chooseDriver(path);
    expect(process.env.VK_ICD_FILENAMES).toBe(path);
    expect(process.env.VK_DRIVER_FILES).toBeUndefined();
  });

  it('is rejected with advice if it does not exist', () => {
    expect(() => chooseDriver('/nowhere/lvp_icd.json')).toThrow(
      /--adapter \/nowhere.*hardware, lavapipe, swiftshader, or the path/,
    );
    expect(() => chooseDriver('lavapip')).toThrow(/use hardware, lavapipe, swiftshader/);
    process.env.MGAS_ADAPTER = 'nonsense';
    expect(() => chooseDriver()).toThrow(/--adapter nonsense/);
  });

  it('is unchanged if the environment selects one', () => {
    process.env.VK_ICD_FILENAMES = '/by/hand.json';
    chooseDriver();
    expect(process.env.VK_ICD_FILENAMES).toBe('/by/hand.json');
  });

  it('computes with vectors of four, and compiles at the first run, if it is lavapipe', () => {
    const path = join(folder, 'lvp_icd.x86_64.json');
    describeDriver(path, '1.4.305');
    chooseDriver(path);
    expect(process.env.LP_NATIVE_VECTOR_WIDTH).toBe('128');
    expect(compilesAtFirstRun()).toBe(true);
    process.env.MESA_SHADER_CACHE_DISABLE = 'true';
    expect(compilesAtFirstRun()).toBe(false);
    process.env.LP_NATIVE_VECTOR_WIDTH = '256'; // Set by hand.
    chooseDriver(path);
    expect(process.env.LP_NATIVE_VECTOR_WIDTH).toBe('256');
  });

  it('keeps its own width, and compiles before, if it is another', () => {
    const path = join(folder, 'some_icd.json');
    describeDriver(path, '1.3.0');
    chooseDriver(path);
    expect(process.env.LP_NATIVE_VECTOR_WIDTH).toBeUndefined();
    expect(compilesAtFirstRun()).toBe(false);
  });

  it('is not requested if nothing runs on WebGPU', () => {
    expect(() => checkAdapter({ adapter: 'lavapipe', backend: 'cpu' })).toThrow(/--backend webgpu/);
    expect(() => checkAdapter({ backend: 'cpu' })).not.toThrow();
  });
});
