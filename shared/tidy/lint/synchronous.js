// Lint rule `uptick/synchronous`: the deterministic core runs to completion within one call. oxlint has no
// no-restricted-syntax, so the ban on async functions, await, generators of promises and Promise is a rule of its own.

const report = (context, node, what) =>
  context.report({ node, message: `${what}: the core is synchronous; waiting belongs to the services.` })

const forbidAsync = (context) => (node) => {
  if (node.async) report(context, node, 'async function')
}

const synchronous = {
  meta: { type: 'problem' },
  create(context) {
    return {
      FunctionDeclaration: forbidAsync(context),
      FunctionExpression: forbidAsync(context),
      ArrowFunctionExpression: forbidAsync(context),
      AwaitExpression: (node) => report(context, node, 'await'),
      ForOfStatement: (node) => node.await && report(context, node, 'for await'),
      ImportExpression: (node) => report(context, node, 'import()'),
    }
  },
}

export default { meta: { name: 'uptick' }, rules: { synchronous } }
