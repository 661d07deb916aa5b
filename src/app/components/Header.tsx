/** Name, views, theme and help. */
import { commands } from '../commands.ts';
import { learnHref, useLearnStop, useView, viewHref, viewNames, views } from '../router.ts';
import { lab, useLab } from '../store/store.ts';
import { toggleTheme, useTheme } from '../theme.ts';
import { adapterName } from '../../protocol/adapter.ts';
import { Glyph, MoonIcon, SunIcon } from './icons.tsx';

export function Header() {
  const view = useView();
  const theme = useTheme();
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
        {views.map((name) => (
          <a
            key={name}
            href={viewHref(name)}
            aria-current={name === view ? 'page' : undefined}
            ref={name === view ? reveal : undefined}
          >
            {viewNames[name]}
          </a>
        ))}
      </nav>
      <LearnLink />
      <Adapter />
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
        className="icon-button"
        aria-label="Keyboard shortcuts"
        title={`${commands.length} shortcuts`}
        onClick={() => lab.setState({ dialog: 'shortcuts' })}
      >
        ?
      </button>
    </header>
  );
}

/** On a narrow screen the links scroll sideways. */
function reveal(link: HTMLElement | null): void {
  const row = link?.parentElement;
  if (link && row)
    row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
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
  return (
    <p
      className="adapter"
      data-ok={probe.webgpu !== null}
      title={
        probe.webgpu?.software
          ? 'Runs on the processor: right for tiny, too slow for more'
          : undefined
      }
    >
      {probe.webgpu ? adapterName(probe.webgpu) : 'No WebGPU'}
    </p>
  );
}
