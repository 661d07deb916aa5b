/** One view of a run without the lab around it, for slides and web pages. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { copy } from '../copy.ts';
import { Scrubber } from '../components/Scrubber.tsx';
import { viewDefinitions } from '../views/registry.ts';
import { showTheme } from '../theme.ts';
import { loadEmbed } from './load.ts';
import type { EmbedAddress } from './address.ts';

export function EmbedProblem({ problem }: { problem: string }) {
  return (
    <main className="embed">
      <p className="empty" role="alert">
        This view cannot be shown. {problem}
      </p>
    </main>
  );
}

const components = new Map(viewDefinitions.map(({ id, load }) => [id, lazy(load)]));

export function Embed({ address }: { address: EmbedAddress }) {
  const { view, theme } = address;
  const [name, setName] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (theme) showTheme(theme);
    loadEmbed(address).then(setName, (error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, [address, theme]);
  if (problem !== null) return <EmbedProblem problem={problem} />;
  const Component = components.get(view)!;
  const { title } = viewDefinitions.find(({ id }) => id === view)!;
  return (
    <main className="embed" aria-label={title} data-view={view} aria-busy={name === null}>
      {name === null ? (
        <p className="empty">Loading the run.</p>
      ) : (
        <>
          <header>
            <h1>{name}</h1>
            <a href={location.pathname} target="_blank" rel="noreferrer">
              Open MGAS Lab
            </a>
          </header>
          <Scrubber />
          <Suspense fallback={<p className="empty">{copy.loadingView}</p>}>
            <Component />
          </Suspense>
        </>
      )}
    </main>
  );
}
