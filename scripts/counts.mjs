/** Turns what a suite of `npm test` left behind (exit code, output, report) into {passed, failed, skipped}. */

export function oneCheck({ code }) {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

export function vitestCounts({ report, code }) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of report.testResults) {
    // A file that cannot even be loaded has no tests to count.
    if (
      file.status === 'failed' &&
      file.assertionResults.every(({ status }) => status !== 'failed')
    )
      failed++;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') passed++;
      else if (status === 'failed') failed++;
      else skipped++;
    }
  }
  // An error outside any test (an unhandled rejection) shows in the exit code only.
  return { passed, failed: failed || (code === 0 ? 0 : 1), skipped };
}

export function playwrightCounts({ report, code }) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed || (code === 0 ? 0 : 1), skipped };
}

/** Its last line is a JSON object with the counts of files. */
export function parityCounts({ output, code }) {
  const summary = output.trimEnd().split('\n').at(-1);
  try {
    const { passed, failed, skipped = 0 } = JSON.parse(summary);
    return { passed, failed: failed || (code === 0 ? 0 : 1), skipped };
  } catch {
    return { passed: 0, failed: 1, note: `no summary (exit code ${code})` };
  }
}
