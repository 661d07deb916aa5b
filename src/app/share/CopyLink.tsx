/** Copies a link to the settings of the next search. */
import { useEffect, useState } from 'react';
import { linkToSettings } from './link.ts';

export function CopyLink() {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  useEffect(() => {
    if (copied === 'no') return;
    const timer = setTimeout(() => setCopied('no'), 4_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard.writeText(linkToSettings()).then(
      () => setCopied('yes'),
      () => setCopied('refused'),
    );
  };
  return (
    <>
      <button type="button" onClick={copy} title="A link that opens the lab with these settings">
        {copied === 'yes' ? 'Link copied' : 'Copy link'}
      </button>
      {copied === 'refused' && (
        <input
          readOnly
          aria-label="Link to these settings"
          value={linkToSettings()}
          onFocus={(event) => event.target.select()}
        />
      )}
    </>
  );
}
