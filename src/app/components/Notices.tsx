/** What prevents a search, with remedies. */
import type { ReactNode } from 'react';
import { copy } from '../copy.ts';
import type {
  BackendChoice,
  ProbeResult,
  WebGPUObstacle,
  WorkerError,
} from '../../protocol/messages.ts';
import { useCanStart } from '../settings/use-problems.ts';
import { viewHref } from '../router.ts';
import { isLive, newestRun } from '../sessions/shown-run.ts';
import {
  chooseBackend,
  keepSearching,
  probeDevice,
  startSearch,
  stopSearch,
} from '../sessions/search.ts';
import { useLab } from '../store/store.ts';
import { FailureActions, nothingToRepeat } from '../views/library/FailureActions.tsx';
import { StorageNotices } from '../views/library/StorageNotices.tsx';
import { LinkNotice } from '../share/LinkNotice.tsx';
import { WarningIcon } from './icons.tsx';

/** @param device whether this view needs one. */
export function Notices({ device }: { device: boolean }) {
  return (
    <div className="notices">
      <LinkNotice />
      <StopNotice />
      <ErrorNotice />
      {device && <DeviceNotice />}
      <StorageNotices />
    </div>
  );
}

/** After the key X: nothing is stopped by one press. */
function StopNotice() {
  const asked = useLab((s) => s.stopAsked && isLive(s));
  if (!asked) return null;
  return (
    <section className="notice" role="alert">
      <WarningIcon />
      <div>
        <h2>Stop the search?</h2>
        <p>It is paused. Press X again to stop it, or Space to resume.</p>
        <p className="buttons">
          <button type="button" className="primary" onClick={keepSearching}>
            Resume
          </button>
          <button type="button" onClick={stopSearch}>
            {copy.stopSearch}
          </button>
        </p>
      </div>
    </section>
  );
}

function ErrorNotice() {
  // Of the run on screen: what failed in another is said there.
  const live = useLab(isLive);
  const startable = useCanStart();
  const failure = useLab<WorkerError | null>(
    (s) => (isLive(s) ? s.error : null) ?? newestRun(s).failure,
  );
  const probe = useLab((s) => s.probe);
  const backend = useLab((s) => s.backend);
  if (!failure) return null;
  const others =
    live && ofDevice.has(failure.code)
      ? (probe?.backends.filter((other) => other !== backend) ?? [])
      : [];
  return (
    <section className="notice error" role="alert">
      <WarningIcon />
      <div>
        <h2>{failure.message}</h2>
        <p>{failure.advice}</p>
        <p className="buttons">
          {live && !nothingToRepeat.has(failure.code) && (
            <button type="button" className="primary" disabled={!startable} onClick={startSearch}>
              Try again
            </button>
          )}
          {live && <FailureActions code={failure.code} />}
          {failure.code === 'data-set' && live && (
            <a className="button" href={viewHref('data')}>
              Choose another data set
            </a>
          )}
          {others.map((other) => (
            <button key={other} type="button" onClick={() => chooseBackend(other)}>
              {switchTexts[other]}
            </button>
          ))}
          {failure.code === 'version' && (
            <button type="button" onClick={() => location.reload()}>
              Reload
            </button>
          )}
        </p>
        {failure.details && (
          <details>
            <summary>Technical details</summary>
            <pre>{failure.details}</pre>
          </details>
        )}
      </div>
    </section>
  );
}

/** Failures that another backend may be spared. */
const ofDevice: ReadonlySet<string> = new Set([
  'device-lost',
  'device-refused',
  'no-webgpu',
  'no-backend',
  'out-of-memory',
  'worker-crashed',
  'internal',
]);

const switchTexts: Readonly<Record<BackendChoice, string>> = {
  webgpu: 'Use WebGPU instead',
  webgl: 'Use WebGL instead',
  cpu: 'Use the CPU instead',
};

const obstacles: Readonly<
  Record<Exclude<WebGPUObstacle, 'none'>, { why: string; remedy: ReactNode }>
> = {
  unsupported: {
    why: 'This browser has no WebGPU.',
    remedy: (
      <>
        Use a current Chrome or Edge, Safari 26 or newer, or Firefox 141 or newer on Windows. In
        Chrome on Linux, turn on <code>chrome://flags/#enable-unsafe-webgpu</code>; in Firefox
        elsewhere, <code>dom.webgpu.enabled</code> in <code>about:config</code>.
      </>
    ),
  },
  'insecure-context': {
    why: 'WebGPU needs a secure page, and this page was loaded over plain HTTP.',
    remedy: (
      <>
        Open the lab at <code>http://localhost</code> or over <code>https</code>.
      </>
    ),
  },
  'no-adapter': {
    why: 'This browser supports WebGPU, but provides no graphics adapter.',
    remedy: (
      <>
        Update the graphics driver and restart the browser; turn on hardware acceleration in its
        settings. In Chrome, <code>chrome://gpu</code> shows what is blocked, and{' '}
        <code>chrome://flags/#enable-unsafe-webgpu</code> allows adapters outside its list,
        including software adapters.
      </>
    ),
  },
  'device-refused': {
    why: 'The graphics adapter could not open a device.',
    remedy: (
      <>
        Close other programs that use a lot of graphics memory, or update the driver, then check
        again.
      </>
    ),
  },
};

function DeviceNotice() {
  const probe = useLab((s) => s.probe);
  const backend = useLab((s) => s.backend);
  const quiet = useLab((s) => s.state !== 'idle');
  if (!probe || quiet) return null;
  if (!probe.webgpu && backend === 'webgpu') return <NoWebGPU probe={probe} />;
  if (backend !== 'webgpu') {
    return (
      <section className="notice" role="note">
        <WarningIcon />
        <p>
          <strong>{backend === 'webgl' ? 'WebGL' : 'The CPU'} is slower than WebGPU</strong>, on
          most machines many times slower. To see whether WebGL or the CPU is faster, estimate the
          time on both. Fewer images and epochs make a search faster.
        </p>
      </section>
    );
  }
  return null;
}

/** One line over a recorded or stored run, which plays without a device; with the remedy in full before a search. */
function NoWebGPU({ probe }: { probe: ProbeResult }) {
  const live = useLab(isLive);
  if (probe.obstacle === 'none') return null;
  const { why, remedy } = obstacles[probe.obstacle];
  return (
    <section className="notice device-notice" role="alert" data-live={live}>
      <WarningIcon />
      <div>
        <details open={live}>
          <summary>{why}</summary>
          <p>
            {remedy}
            {probe.detail && <> The browser reports: “{probe.detail}”.</>}
          </p>
          <p className="buttons">
            <button type="button" onClick={() => void probeDevice()}>
              Check again
            </button>
            {probe.backends.includes('webgl') && (
              <button type="button" onClick={() => chooseBackend('webgl')}>
                Use WebGL
              </button>
            )}
            <button type="button" onClick={() => chooseBackend('cpu')}>
              Use the CPU
            </button>
          </p>
        </details>
      </div>
    </section>
  );
}
