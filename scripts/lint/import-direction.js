/**
 * The lint rule `project/import-direction`: dependencies between the project's folders point one way. Relative imports
 * are resolved to a path inside the project first, so a folder's own subfolder may share a layer's name.
 */
import { dirname, posix, relative, resolve, sep } from 'node:path';

/** Engine modules that are plain data and schemas, without TensorFlow.js behind them: the page may run them. */
const plainEngine =
  /^src\/engine\/(architecture\/import\/(registry|form|gallery)|search\/(forecast|schedule|evaluation-plan|checkpoint-state)|train\/settings|baselines\/(results|summary|plan|pace|preset))\.ts$/;

/** What a shell, a benchmark or a test may lean on. */
const allButApp = /^(src\/(?!app\/)|cli\/|bench\/|workers\/|scripts\/)/;
/** What a data set is in plain data: its types are spoken of everywhere. */
const plainData = /^src\/datasets\/(stored|outline|files\/(source|assemble)|formats\/format)\.ts$/;
const engineOrPlainData = {
  test: (path) => path.startsWith('src/engine/') || plainData.test(path),
};
const anyPackage = /^/;
/** TensorFlow.js stays behind these two folders. */
const tensorflow = /^@tensorflow\//;
const noPackage = /(?!)/;

/**
 * First match wins. `values`: project files whose values may be imported; `types`: further files of which only types
 * may be (`import type`); `packages`: npm packages and Node's modules.
 */
export const layers = [
  // Plain data that everything may import: no TensorFlow.js, no DOM.
  { name: 'domain', files: /^src\/domain\//, values: /^src\/domain\//, packages: /^valibot$/ },
  {
    name: 'tests of exporters',
    files: /^src\/engine\/architecture\/export\/testing\.ts$/,
    values: /^src\/engine\//,
    packages: anyPackage,
  },
  // Files for other programs are written by kept libraries: ONNX by protobufjs, .npz by fflate.
  {
    name: 'exporters',
    files: /^src\/engine\/architecture\/export\//,
    values: /^src\/(engine|domain)\//,
    packages: /^(valibot|fflate|protobufjs\/minimal\.js)$/,
  },
  // Files of other programs are opened by the same.
  {
    name: 'importers',
    files: /^src\/engine\/architecture\/import\//,
    values: /^src\/(engine|domain)\//,
    packages: /^(valibot|fflate)$/,
  },
  {
    name: 'tests of kernels',
    files: /^src\/kernels\/webgpu\/testing\//,
    values: /^(src\/kernels\/|cli\/node-webgpu\.ts$)/,
    packages: anyPackage,
  },
  {
    name: 'engine',
    files: /^src\/engine\//,
    values: /^src\/(engine|kernels|domain)\//,
    packages: /^(@tensorflow\/|valibot$)/,
  },
  { name: 'kernels', files: /^src\/kernels\//, values: /^src\/kernels\//, packages: tensorflow },
  {
    name: 'datasets',
    files: /^src\/datasets\//,
    values: /^src\/(datasets|domain)\//,
    types: /^src\/engine\/(data|supernet\/stepper)\.ts$/,
    // Readers of image formats that platforms do not decode: see src/datasets/images.
    packages: /^(fflate|geotiff|omggif|jpeg-js)$/,
  },
  {
    name: 'protocol',
    files: /^src\/protocol\//,
    values: /^src\/(protocol|domain)\//,
    types: engineOrPlainData,
    packages: /^valibot$/,
  },
  {
    name: 'storage',
    files: /^src\/storage\//,
    values: {
      test: (path) => /^src\/(storage|protocol|domain)\//.test(path) || plainEngine.test(path),
    },
    types: engineOrPlainData,
    packages: /^(idb|valibot|fflate)$/,
  },
  // State and worker clients; what shows them comes after.
  {
    name: 'sessions',
    files: /^src\/app\/(sessions|store)\/(?!.*\.test\.)/,
    values: {
      test: (path) =>
        /^src\/(app\/(?!views\/|components\/|learn\/)|protocol\/|storage\/|domain\/)/.test(path) ||
        plainEngine.test(path),
    },
    types: /^src\/engine\//,
    packages: /^(zustand(\/|$)|react$|valibot$)/,
  },
  {
    name: 'app',
    files: /^src\/app\//,
    values: {
      test: (path) => /^src\/(app|protocol|storage|domain)\//.test(path) || plainEngine.test(path),
    },
    types: /^src\/engine\//,
    packages: /^(?!@tensorflow\/|node:|webgpu$)/,
  },
  {
    name: 'workers',
    files: /^workers\//,
    values: /^(workers\/|src\/(engine|protocol|datasets|storage|kernels|domain)\/)/,
    packages: noPackage,
  },
  { name: 'cli', files: /^cli\//, values: allButApp, packages: anyPackage },
  { name: 'bench', files: /^bench\//, values: allButApp, packages: anyPackage },
];

/** Unit tests lie beside what they test and may set it up with any folder but the page. */
const test = /\.test\.tsx?$/;

/** @returns {string | null} what is wrong with an import, or null. */
export function judgeImport(file, source, typeOnly, root) {
  const inProject = (path) => relative(root, path).split(sep).join(posix.sep);
  const from = inProject(file);
  const layer = layers.find((candidate) => candidate.files.test(from));
  if (!layer) return null;
  const loose = test.test(from);
  if (!source.startsWith('.')) {
    if (loose || layer.packages.test(source)) return null;
    return `${layer.name} must not import the package '${source}'.`;
  }
  const target = inProject(resolve(dirname(file), source.replace(/\?.*$/, '')));
  if (layer.values.test(target) || (loose && allButApp.test(target))) return null;
  // A worker's entry point as a URL or constructor brings none of its code along.
  if (
    layer.name === 'app' &&
    /^workers\//.test(target) &&
    /\?(worker|sharedworker|url)\b/.test(source)
  )
    return null;
  if (layer.types?.test(target))
    return typeOnly
      ? null
      : `${layer.name} may import only types from '${target}': write 'import type'.`;
  return `${layer.name} must not import '${target}'. Dependencies point app -> protocol, storage; workers -> engine, protocol, datasets, storage; engine -> kernels; all -> domain.`;
}

const onlyTypes = (node, kind) =>
  node[kind] === 'type' ||
  (node.specifiers?.length > 0 && node.specifiers.every((specifier) => specifier[kind] === 'type'));

/** @type {import('eslint').Rule.RuleModule} */
export const importDirection = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'dependencies between folders point one way' },
  },
  create(context) {
    const check = (node, source, typeOnly) => {
      if (typeof source?.value !== 'string') return;
      const message = judgeImport(context.filename, source.value, typeOnly, context.cwd);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, onlyTypes(node, 'importKind')),
      ExportNamedDeclaration: (node) => check(node, node.source, onlyTypes(node, 'exportKind')),
      ExportAllDeclaration: (node) => check(node, node.source, onlyTypes(node, 'exportKind')),
      ImportExpression: (node) => check(node, node.source, false),
      // type A = import('./b.ts').B
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal, true),
    };
  },
};
