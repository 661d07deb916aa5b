/**
 * The lint rule `project/short-files`: one concept per file. A file of more than 250 lines says in its first comment why
 * it is one: "Over 250 lines: <reason>".
 */

const mostLines = 250;
const reason = /\bOver 250 lines: \S/;

/** @type {import('eslint').Rule.RuleModule} */
export const shortFiles = {
  meta: {
    type: 'suggestion',
    schema: [],
    docs: { description: 'files over 250 lines say why' },
  },
  create: ({ sourceCode, report }) => ({
    Program(node) {
      const lines = sourceCode.text.replace(/\n$/, '').split('\n').length;
      const [head] = sourceCode.getAllComments();
      const isHead = head && sourceCode.text.slice(0, head.range[0]).trim() === '';
      if (lines > mostLines && !(isHead && reason.test(head.value)))
        report({
          node,
          loc: { line: mostLines + 1, column: 0 },
          message: `${lines} lines: split the file by concept, or say in its first comment why it is one: 'Over ${mostLines} lines: ...'.`,
        });
    },
  }),
};
