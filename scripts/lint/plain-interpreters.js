/**
 * The lint rule `project/plain-interpreters`: whoever walks a network's graph names no operation and no space
 * (docs/engine.md). Operations' names appear where they are defined, in tests and in data taken from papers only; walks
 * import nothing of one operation or one space.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

const operations = 'src/domain/operations';
/** Files of the folder that define no operation. */
const shared = /^(operation|emission|facts|registry|convolutions)\.ts$|\.test\.ts$/;

/** Where an operation's name may stand: its definition, tests, and cells quoted from papers. */
const mayName =
  /^(src\/domain\/operations\/|e2e\/|docs\/)|\.test\.tsx?$|\/(testing|parity)\/|^src\/domain\/architecture\/(published-cells|mg-darts-small)\.ts$/;

/** What walks the graph. */
const walks =
  /^src\/engine\/(supernet\/(composed|webgpu)\/|architecture\/(macs\.ts|export\/(?!sample\.ts|testing\.ts)))/;
/** Walks that see the graph alone: not even the types of cells and candidates. */
const graphWalks =
  /^src\/engine\/(supernet\/composed\/|architecture\/(macs\.ts|export\/(?!sample\.ts|testing\.ts)))/;
/** What a space adds to its graph for those who judge its units. */
const spaceTypes = new Set(['CellPlan', 'CandidatePlan', 'PreprocessPlan', 'CellShape']);
/** What a walk may import values of. */
const general = /^src\/domain\/(?!operations\/(?!facts\.ts)|spaces\/(?!plan\.ts))/;

let names;
/** Names of all operations: those that their files define. */
export function operationNames(root) {
  names ??= new Set(
    readdirSync(join(root, operations))
      .filter((file) => !shared.test(file))
      .flatMap((file) =>
        [
          ...readFileSync(join(root, operations, file), 'utf8').matchAll(/'([a-z]+_[a-z0-9_]+)'/g),
        ].map(([, name]) => name),
      ),
  );
  return names;
}

/** @type {import('eslint').Rule.RuleModule} */
export const plainInterpreters = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'walks over the graph name no operation and no space' },
  },
  create(context) {
    const inProject = (path) => relative(context.cwd, path).split(sep).join(posix.sep);
    const file = inProject(context.filename);
    if (mayName.test(file)) return {};
    const known = operationNames(context.cwd);
    const check = (node, text) => {
      for (const name of known)
        if (text.includes(name))
          context.report({
            node,
            message: `'${name}' is named outside src/domain/operations: derive it from what the operation emits (factsOf).`,
          });
    };
    return {
      Literal: (node) => typeof node.value === 'string' && check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
      Property: (node) => node.key.type === 'Identifier' && check(node, node.key.name),
      ImportDeclaration(node) {
        if (!walks.test(file)) return;
        const target = posix.join(posix.dirname(file), node.source.value);
        if (graphWalks.test(file) && target.startsWith('src/domain/spaces/'))
          for (const { imported } of node.specifiers)
            if (spaceTypes.has(imported?.name))
              context.report({
                node,
                message: `A walk over the graph must not know '${imported.name}': read the graph and its scopes.`,
              });
        if (node.importKind === 'type') return;
        if (target.startsWith('src/domain/') && !general.test(target))
          context.report({
            node,
            message: `A walk over the graph must not import '${target}': it would know one space or operation.`,
          });
      },
    };
  },
};
