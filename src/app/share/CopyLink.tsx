/** Copies a link to the settings of the next search. */
import { useEffect, useState } from 'react';
import { LinkIcon } from '../components/icons.tsx';
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
      <button
        type="button"
        className="copy-link"
        aria-label={copied === 'yes' ? undefined : 'Copy link'}
        title="Copy link: it opens the lab with the settings of the next search"
        onClick={copy}
      >
        {copied === 'yes' ? 'Link copied' : <LinkIcon />}
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
