/** A formula as MathML, which browsers set and screen readers read; KaTeX needs neither fonts nor styles for it. */
import { useMemo } from 'react';
import katex from 'katex';

export default function Formula({ tex }: { tex: string }) {
  // The text is the tour's own, never a user's.
  const html = useMemo(
    () => katex.renderToString(tex, { output: 'mathml', displayMode: true, throwOnError: true }),
    [tex],
  );
  return <div className="formula" dangerouslySetInnerHTML={{ __html: html }} />;
}
