/** Name, views, theme and help. */
import { useRef } from 'react';
import { commands } from '../commands.ts';
import { termIds } from '../glossary.ts';
import { integer } from '../format.ts';
import { togglePresentation, usePresentation } from '../presentation.ts';
import { learnHref, useLearnStop, useView, viewHref } from '../router.ts';
import { activeStates } from '../sessions/search-client.ts';
import { lab, useLab } from '../store/store.ts';
import { toggleTheme, useTheme } from '../theme.ts';
import { adapterName } from '../../protocol/adapter.ts';
import { viewDefinitions } from '../views/registry.ts';
import type { View } from '../views/registry.ts';
import type { ViewDefinition } from '../views/view.ts';
import { Glyph, MoonIcon, PresentIcon, SunIcon } from './icons.tsx';

export function Header() {
  const view = useView();
  const theme = useTheme();
  const presenting = usePresentation();
  return (
    <header className="page-header">
      <h1 title="Multi-granularity architecture search">
        <span className="mark" aria-hidden="true">
          <Glyph of="operation" />
          <Glyph of="filter" />
          <Glyph of="weight" />
        </span>
        MGAS Lab
      </h1>
      <nav aria-label="Views">
        {viewDefinitions.map((one: ViewDefinition) => (
          <a
            key={one.id}
            href={viewHref(one.id as View)}
            aria-current={one.id === view ? 'page' : undefined}
            data-bar={one.bottomBar === true}
            data-controls={one.controls}
          >
            {one.title}
          </a>
        ))}
      </nav>
      <MoreViews />
      <RunningSearch />
      <LearnLink />
      <Adapter />
      <button
        type="button"
        className="icon-button presentation-button"
        aria-label="Presentation"
        aria-pressed={presenting}
        title="Presentation: large type for a projector (P)"
        onClick={togglePresentation}
      >
        <PresentIcon />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        onClick={toggleTheme}
      >
        {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
      </button>
      <button
        type="button"
        className="icon-button shortcuts-button"
        aria-label="Help: keyboard shortcuts and glossary"
        title={`Help: ${commands.length} shortcuts, ${termIds.length} terms`}
        onClick={() => lab.setState({ dialog: 'shortcuts' })}
      >
        ?
      </button>
    </header>
  );
}

/** On a phone: the views that its bottom bar has no room for. */
function MoreViews() {
  const view = useView();
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute('open');
  const others = viewDefinitions.filter((one: ViewDefinition) => !one.bottomBar);
  return (
    <details
      ref={menu}
      className="more-views"
      onKeyDown={(event) => event.key === 'Escape' && close()}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
    >
      <summary>{others.find(({ id }) => id === view)?.title ?? 'More'}</summary>
      <nav aria-label="More views">
        {others.map(({ id, title }) => (
          <a
            key={id}
            href={viewHref(id)}
            aria-current={id === view ? 'page' : undefined}
            onClick={close}
          >
            {title}
          </a>
        ))}
        <button
          type="button"
          onClick={() => {
            close();
            lab.setState({ dialog: 'shortcuts' });
          }}
        >
          Help and glossary
        </button>
      </nav>
    </details>
  );
}

/** In views without the run's buttons: a search goes on meanwhile. */
function RunningSearch() {
  const view = useView();
  const step = useLab((s) => (activeStates.includes(s.state) ? s.run.step : null));
  const { controls } = viewDefinitions.find(({ id }) => id === view)!;
  if (step === null || controls) return null;
  return (
    <a className="running-search" href={viewHref('overview', null)}>
      Searching, step {integer(step)}
    </a>
  );
}

/** The tour over a real search. */
function LearnLink() {
  const stop = useLearnStop();
  return (
    <a
      className="learn-link"
      href={learnHref(stop ?? 0)}
      aria-current={stop === null ? undefined : 'page'}
    >
      Guided tour
    </a>
  );
}

function Adapter() {
  const probe = useLab((s) => s.probe);
  if (!probe) return <p className="adapter">Looking for WebGPU</p>;
  if (!probe.webgpu)
    return (
      <p className="adapter" data-ok={false}>
        No WebGPU
      </p>
    );
  return (
    <button
      type="button"
      className="adapter"
      data-ok
      title={
        probe.webgpu.software
          ? 'Software adapter on the CPU: fast enough for tiny, too slow for larger presets. Measure it'
          : 'Measure this adapter'
      }
      onClick={() => lab.setState({ dialog: 'adapter' })}
    >
      {adapterName(probe.webgpu)}
    </button>
  );
}
