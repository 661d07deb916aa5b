/** The page's few icons, drawn on a 16-pixel grid in the colour of the text. */
import type { ReactNode } from 'react';

function Icon({ children, fill = false }: { children: ReactNode; fill?: boolean }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      fill={fill ? 'currentColor' : 'none'}
      stroke={fill ? 'none' : 'currentColor'}
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const PlayIcon = () => (
  <Icon fill>
    <path d="M4 2.6v10.8c0 .6.7 1 1.2.7l8.3-5.4a.8.8 0 0 0 0-1.4L5.2 1.9A.8.8 0 0 0 4 2.6Z" />
  </Icon>
);
export const PauseIcon = () => (
  <Icon fill>
    <rect x="3" y="2" width="3.6" height="12" rx="1" />
    <rect x="9.4" y="2" width="3.6" height="12" rx="1" />
  </Icon>
);
export const StopIcon = () => (
  <Icon fill>
    <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon>
    <path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11" />
  </Icon>
);
export const SlidersIcon = () => (
  <Icon>
    <path d="M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7" />
    <circle cx="11" cy="4.5" r="1.8" />
    <circle cx="5" cy="11.5" r="1.8" />
  </Icon>
);
export const TableIcon = () => (
  <Icon>
    <rect x="2" y="3" width="12" height="10" rx="1.2" />
    <path d="M2 6.5h12M2 9.8h12M6.5 6.5V13" />
  </Icon>
);
export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
  </Icon>
);
export const MoonIcon = () => (
  <Icon>
    <path d="M13.5 9.6A5.9 5.9 0 0 1 6.4 2.5a5.9 5.9 0 1 0 7.1 7.1Z" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />
  </Icon>
);
export const WarningIcon = () => (
  <Icon>
    <path d="M8 2 14.5 13.5h-13L8 2ZM8 6.5v3.2M8 11.7v.1" />
  </Icon>
);

export const PreviousIcon = () => (
  <Icon>
    <path d="M10.5 3 5.5 8l5 5M3 3v10" />
  </Icon>
);
export const NextIcon = () => (
  <Icon>
    <path d="m5.5 3 5 5-5 5M13 3v10" />
  </Icon>
);
export const LiveIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.2" fill="currentColor" />
    <path d="M4 12a5.6 5.6 0 0 1 0-8M12 4a5.6 5.6 0 0 1 0 8" />
  </Icon>
);

/** A granularity's own shape, so that colour is never the only sign. */
export function Glyph({ of }: { of: 'operation' | 'filter' | 'weight' }) {
  return (
    <svg
      className="glyph"
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
      style={{ color: `var(--${of})` }}
      fill="currentColor"
    >
      {of === 'operation' && <rect x="1" y="1" width="10" height="10" rx="2" />}
      {of === 'filter' && <path d="M1 1h2.6v10H1zM4.7 1h2.6v10H4.7zM8.4 1H11v10H8.4z" />}
      {of === 'weight' && (
        <>
          {[2, 6, 10].flatMap((x) =>
            [2, 6, 10].map((y) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.5" />),
          )}
        </>
      )}
    </svg>
  );
}
export const PresentIcon = () => (
  <Icon>
    <path d="M1.5 3h13M2.5 3v7.5h11V3M8 10.5v1.5M5 14.5 8 12l3 2.5" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon>
    <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9" />
  </Icon>
);
export const PrintIcon = () => (
  <Icon>
    <path d="M4.5 6V2h7v4M4.5 11H2.5V6h11v5h-2M4.5 9.5h7V14h-7Z" />
  </Icon>
);
