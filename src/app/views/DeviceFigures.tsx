/** What the search runs on, and what that costs. */
import { bytes, integer, percent } from '../format.ts';
import { useShown } from '../store/store.ts';

export function DeviceFigures() {
  const msPerStep = useShown(({ run }) => run.latest?.msPerStep);
  const last = useShown(({ run }) => {
    const newest = run.compactions[run.compactions.length - 1];
    // Runs by WebGL of earlier versions hold 0 bytes where nothing was uploaded yet.
    return newest && newest.after > 0 ? newest : undefined;
  });
  const now = useShown(({ run }) =>
    last?.step === run.step ? last.after : run.latest?.memoryBytes,
  );
  const peak = useShown(({ run }) => run.latest?.peakMemoryBytes);
  return (
    <dl className="device">
      <Figure label="ms per step" value={msPerStep === undefined ? null : threeDigits(msPerStep)} />
      <Figure label="Memory now" value={now === undefined ? null : bytes(now)} />
      <Figure label="Peak" value={peak === undefined ? null : bytes(peak)} />
      <Figure
        label="Last compaction"
        value={last ? saved(last) : null}
        title={last ? `${bytes(last.before)} before, ${bytes(last.after)} after` : undefined}
      />
    </dl>
  );
}

function Figure({ label, value, title }: { label: string; value: string | null; title?: string }) {
  return (
    <div title={title}>
      <dt>{label}</dt>
      <dd>{value ?? '–'}</dd>
    </div>
  );
}

/** Also of 1,234, which `toPrecision` writes with an exponent. */
const threeDigits = (n: number): string => (n < 100 ? n.toPrecision(3) : integer(n));

function saved({ before, after }: { before: number; after: number }): string {
  if (after >= before) return 'none';
  const share = 1 - after / before;
  return share < 0.001 ? 'under 0.1%' : `\u2212${percent(share)}`;
}
